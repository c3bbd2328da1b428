// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/archive.h"

#include "base/file.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>
#include <random>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Bytes that no compressor makes smaller.
std::string noise() {
  std::mt19937 generator(1);
  std::string bytes(200000, '\0');
  std::ranges::generate(bytes, [&] { return static_cast<char>(generator()); });
  return bytes;
}

class Unpack : public FolderTest {
protected:
  Unpack() {
    write("linux-6.1/Makefile", "VERSION = 6\n");
    write("linux-6.1/scripts/run.sh", "#!/bin/sh\n");
    write("linux-6.1/lib/noise", noise());
    fs::permissions(folder / "linux-6.1/scripts/run.sh", fs::perms{0755});
    fs::create_symlink("../Makefile", folder / "linux-6.1/lib/link");
    fs::create_hard_link(folder / "linux-6.1/Makefile", folder / "linux-6.1/twin");
    fs::create_directory(folder / "to");
  }
  /// Packs folder/linux-6.1; tar picks the compression by the name.
  [[nodiscard]] fs::path pack(const std::string &name,
                              const std::vector<std::string> &options = {}) const {
    std::vector<std::string> argv = {"tar", "-C", folder.string(), "-caf",
                                     (folder / name).string()};
    argv.insert(argv.end(), options.begin(), options.end());
    argv.emplace_back("linux-6.1");
    (void)run_child_or_throw({argv, ".", {}, {}});
    return folder / name;
  }
  [[nodiscard]] Error refusal(const fs::path &archive) const {
    return error_of([&] { unpack(archive, folder / "to", quiet); });
  }
};

TEST_F(Unpack, StripsTheTopFolder) {
  for (const char *name : {"a.tar", "a.tar.gz", "a.tar.xz"}) {
    const fs::path to = folder / "to" / name;
    fs::create_directory(to);
    unpack(pack(name), to, quiet);
    EXPECT_EQ(contents(to), contents(folder / "linux-6.1")) << name;
  }
}

TEST_F(Unpack, KeepsHardLinks) {
  unpack(pack("a.tar"), folder / "to", quiet);
  EXPECT_TRUE(fs::equivalent(folder / "to/Makefile", folder / "to/twin"));
}

TEST_F(Unpack, TellsHowFarItIs) {
  std::vector<double> shares;
  unpack(pack("a.tar.xz"), folder / "to", [&](const std::string &what, double share) {
    EXPECT_EQ(what, "unpacking a.tar.xz");
    shares.push_back(share);
  });
  ASSERT_FALSE(shares.empty());
  EXPECT_TRUE(std::ranges::is_sorted(shares));
  EXPECT_GE(shares.front(), 0);
  EXPECT_GT(shares.back(), 0.5);
  EXPECT_LE(shares.back(), 1);
}

TEST_F(Unpack, RefusesAnArchiveThatIsCutShort) {
  for (const char *name : {"a.tar", "a.tar.gz", "a.tar.xz"}) {
    const fs::path archive = pack(name);
    fs::resize_file(archive, fs::file_size(archive) / 2);
    const Error error = refusal(archive);
    EXPECT_EQ(error.status(), ExitStatus::bad_input) << name;
    EXPECT_THAT(error.what(), StartsWith(archive.string() + ": expected an archive"));
  }
}

TEST_F(Unpack, RefusesTextThatIsNamedArchive) {
  write("a.tar.xz", "<html>404 not found</html>\n");
  const Error error = refusal(folder / "a.tar.xz");
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr((folder / "a.tar.xz").string()));
  EXPECT_THAT(names_in(folder / "to"), IsEmpty());
}

TEST_F(Unpack, WritesNothingOutside) {
  const fs::path archive =
      pack("a.tar", {"-P", "--transform", "s,linux-6.1/twin,linux-6.1/../outside,h"});
  EXPECT_THAT(refusal(archive).what(),
              AllOf(StartsWith(archive.string() + ": cannot be unpacked: "), HasSubstr("..")));
  EXPECT_FALSE(exists("outside"));
}

TEST_F(Unpack, NamesAFolderThatCannotBeWritten) {
  const Error error = error_of([&] { unpack(pack("a.tar"), folder / "a.tar" / "to", quiet); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), HasSubstr((folder / "a.tar/to").string()));
}

TEST(IsArchiveName, TakesTarAndItsCompressions) {
  for (const char *name : {"/usr/src/linux-source-6.1.tar.xz", "a.tar", "a.tar.gz", "a.tar.zst",
                           "a.tar.bz2", "linux-6.9-rc1.tar.gz"})
    EXPECT_TRUE(is_archive_name(name)) << name;
  for (const char *name : {"a.zip", "a.xz", "a.tar.xz.sign", "a.tar.", "atar", "a.tar.xz/b"})
    EXPECT_FALSE(is_archive_name(name)) << name;
}

class ReadMembers : public Unpack {
protected:
  [[nodiscard]] std::string packed(const std::vector<std::string> &options) const {
    return read_file(pack("a.tar.gz", options));
  }
  [[nodiscard]] static Error refusal_of(const std::string &bytes) {
    return error_of([&] { (void)read_members(bytes, "a.tar"); });
  }
};

TEST_F(ReadMembers, TakesPlainFiles) {
  const std::string bytes =
      packed({"--exclude=link", "--exclude=twin", "--exclude=noise", "--exclude=scripts"});
  EXPECT_THAT(read_members(bytes, "a.tar"),
              ::testing::ElementsAre(std::pair("linux-6.1/Makefile", "VERSION = 6\n")));
}

TEST_F(ReadMembers, RefusesLinks) {
  EXPECT_THAT(refusal_of(packed({"--exclude=twin"})).what(),
              HasSubstr("a.tar: linux-6.1/lib/link: expected a plain file"));
  EXPECT_THAT(refusal_of(packed({"--exclude=link"})).what(), HasSubstr("expected a plain file"));
}

TEST_F(ReadMembers, RefusesNamesOutside) {
  const std::vector<std::string> no_links = {"--exclude=link", "--exclude=twin"};
  for (const char *transform : {"--transform=s,^,../,", "--transform=s,^,/,"}) {
    std::vector<std::string> options = no_links;
    options.insert(options.end(), {"-P", transform});
    EXPECT_THAT(refusal_of(packed(options)).what(), HasSubstr("expected a name below"))
        << transform;
  }
}

TEST_F(ReadMembers, RefusesWhatIsCutShort) {
  const std::string bytes = packed({"--exclude=link", "--exclude=twin"});
  for (const std::size_t size : {bytes.size() / 2, bytes.size() - 100})
    EXPECT_EQ(refusal_of(bytes.substr(0, size)).status(), ExitStatus::bad_input) << size;
  EXPECT_EQ(refusal_of("no archive").status(), ExitStatus::bad_input);
}

} // namespace
} // namespace rmemcheck::test
