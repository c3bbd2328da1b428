// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/captured.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/test_folder.h"
#include "devicetree/test_tree.h"
#include "engine/read_boot.h"

#include <algorithm>
#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char *start = "rmemcheck-capture\t1\n";

std::string tree() {
  TreeRequest request;
  request.regions = {static_region("a", 0x10000000, 0x10000)};
  return make_tree(board(), request, memory_base);
}

class Captured : public FolderTest {
protected:
  [[nodiscard]] std::string pack(const std::string &manifest,
                                 const std::map<std::string, std::string> &evidence) const {
    write("rmemcheck-capture/manifest", manifest);
    for (const auto &[name, bytes] : evidence)
      write("rmemcheck-capture/evidence/" + name, bytes);
    (void)run_child_or_throw({{"tar", "-C", folder.string(), "-czf", (folder / "a.tar.gz").string(),
                               "rmemcheck-capture"},
                              ".",
                              {},
                              {}});
    return read_file(folder / "a.tar.gz");
  }
  static std::string refusal(const std::function<void()> &call) {
    const Error error = error_of(call);
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    return error.what();
  }
};

TEST_F(Captured, IsABootThatIsKept) {
  const std::string dtb = tree();
  const KeptBoot kept = read_capture(
      pack(std::string(start) + "arch\taarch64\npage-size\t65536\nfile\tdmesg\nfile\tfdt\n"
                                "file\tconfig\nnote\twords\nlater\tkind\n",
           {{"dmesg", "log\n"}, {"fdt", dtb}, {"config", "CONFIG_PTDUMP_DEBUGFS=y\n"}}),
      "a.tar.gz");
  EXPECT_EQ(kept.arch, "arm64");
  EXPECT_EQ(kept.address_bits, 64u);
  EXPECT_EQ(kept.page_size, 0x10000u);
  EXPECT_EQ(kept.dtb, dtb);
  EXPECT_TRUE(kept.is_live);
  EXPECT_EQ(kept.boot.evidence.at("dmesg"), "log\n");
  EXPECT_THAT(kept.notes, ElementsAre("words"));
  EXPECT_THAT(kept.witnesses, Contains("kernel_page_tables"));
}

TEST_F(Captured, TellsTheWidthOfAddresses) {
  const auto bits = [&](const std::string &config) {
    return read_capture(pack(std::string(start) + "arch\tarmv7l\nfile\tdmesg\nfile\tconfig\n",
                             {{"dmesg", "log\n"}, {"config", config}}),
                        "a.tar.gz")
        .address_bits;
  };
  EXPECT_EQ(bits("CONFIG_ARM=y\n"), 32u);
  EXPECT_EQ(bits("CONFIG_PHYS_ADDR_T_64BIT=y\n"), 64u);
}

TEST_F(Captured, MissesWhatStoodInTheWayAndTellsTheRest) {
  const KeptBoot kept = read_capture(
      pack(std::string(start) + "file\tdmesg\ndamaged\tdmesg\twrapped\tlog_buf_len=16M\n"
                                "absent\tiomem\tsystem\tlocked down\tunlock\n"
                                "absent\tprobe\tkernel\tnot loaded\tload it\n",
           {{"dmesg", "log\n"}}),
      "a.tar.gz");
  EXPECT_THAT(kept.witnesses, Contains("iomem"));
  EXPECT_THAT(kept.witnesses, Not(Contains("probe")));
  EXPECT_THAT(kept.notes, ElementsAre("there is no probe: not loaded; remedy: load it"));
  EXPECT_EQ(kept.absences.at("dmesg").text(), "wrapped; remedy: log_buf_len=16M");
}

TEST_F(Captured, HasATreeThatNobodyKnowsWhereItIsNotSent) {
  const auto is_known = [&](const std::string &absent) {
    return read_capture(pack(std::string(start) + "file\tdmesg\n" + absent, {{"dmesg", "log\n"}}),
                        "a.tar.gz")
        .is_tree_known;
  };
  EXPECT_FALSE(is_known(""));
  EXPECT_FALSE(is_known("absent\tfdt\tsystem\tnot root\tbe root\n"));
  EXPECT_TRUE(is_known("absent\tfdt\tkernel\tno device tree\tnone\n"));
}

TEST_F(Captured, MissesWhatItsManifestDoesNotSpeakOf) {
  const KeptBoot kept =
      read_capture(pack(std::string(start) + "file\tdmesg\n", {{"dmesg", "log\n"}}), "a.tar.gz");
  EXPECT_THAT(kept.witnesses, Contains("memblock-reserved"));
}

TEST_F(Captured, IsRefusedWhereItIsNotWhole) {
  const auto told = [&](const std::string &manifest) {
    return refusal([&] { (void)read_capture(pack(manifest, {}), "a.tar.gz"); });
  };
  EXPECT_THAT(told(std::string(start) + "file\tdmesg\n"), HasSubstr("expected evidence/dmesg"));
  EXPECT_THAT(told(start), HasSubstr("the kernel log"));
  EXPECT_THAT(told("rmemcheck-capture\t2\n"), HasSubstr("a.tar.gz/manifest:1"));
  EXPECT_THAT(told(""), HasSubstr("manifest"));
  EXPECT_THAT(told("rmemcheck-capture\t1"), HasSubstr("whole line"));
  EXPECT_THAT(told(std::string(start) + "page-size\t3000\n"), HasSubstr("manifest:2"));
  EXPECT_THAT(refusal([] { (void)read_capture("", "a.tar.gz"); }), HasSubstr("it is empty"));
}

TEST(Pasted, LogWithoutATreeIsJudgedByItself) {
  const std::vector<KeptBoot> boots =
      read_pasted("[    0.000000] Linux version 6.6.1\n"
                  "[    0.000000] OF: reserved mem: not enough space for all defined regions.\n",
                  "x.log");
  ASSERT_EQ(boots.size(), 1u);
  const CaseResult result = judge_kept(boots.front(), "");
  EXPECT_EQ(result.verdict.outcome, Outcome::known);
  EXPECT_THAT(names_with(result.verdict, Outcome::inconclusive), HasSubstr("recorded"));
  EXPECT_THAT(names_with(result.verdict, Outcome::pass), Not(HasSubstr("recorded")));
}

TEST(Pasted, LogWithATreeIsHeldAgainstIt) {
  const std::string log = "[    0.000000] Linux version 6.12.1\n"
                          "[    0.000000] OF: reserved mem: 0x0000000050000000..0x000000005000ffff "
                          "(64 KiB) map non-reusable a@50000000\n"
                          "[    0.100000] Run /init as init process\n";
  const CaseResult right = judge_kept(read_pasted(log, "x.log", tree()).front(), "");
  EXPECT_EQ(right.verdict.outcome, Outcome::inconclusive) << right.verdict.reason;
  EXPECT_THAT(names_with(right.verdict, Outcome::pass), HasSubstr("recorded, logged"));
  std::string wrong = log;
  wrong.replace(wrong.find(" map "), 5, " nomap ");
  const CaseResult other = judge_kept(read_pasted(wrong, "x.log", tree()).front(), "");
  EXPECT_EQ(other.verdict.outcome, Outcome::fail);
}

TEST(Pasted, LogInJsonIsRefusedByName) {
  for (const char *json : {"{\n  \"dmesg\": [\n    {\n      \"msg\": \"Linux version 6.1\"\n",
                           "{\"MESSAGE\":\"Linux version 6.1\"}\n"}) {
    const Error error = error_of([&] { (void)read_pasted(json, "x.json"); });
    EXPECT_THAT(error.what(),
                HasSubstr("x.json: expected a kernel log in plain text, this is JSON"));
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
  }
}

TEST(Pasted, MessagesNameTheFileOfThePerson) {
  const CaseResult result =
      judge_kept(read_pasted("[    0.000000] Linux version 6.12.1\n"
                             "[    0.000000] MEMBLOCK configuration:\n[    0.000000] junk\n",
                             "x.log")
                     .front(),
                 "");
  EXPECT_THAT(result.verdict.reason, HasSubstr("x.log:3: expected"));
}

TEST(Pasted, TextThatIsNoLogIsRefused) {
  EXPECT_THROW((void)read_pasted("hello\n", "x.log"), Error);
}

} // namespace
} // namespace rmemcheck::test
