// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/cache.h"
#include "kernel/test_kernel.h"

#include <atomic>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void write_in(const fs::path &folder, const std::string &text) {
  std::ofstream(folder / "file") << text;
}

class Cached : public CacheTest {
protected:
  /// Entry "key" of kind "trees" with one file that holds the text.
  CacheEntry take(const std::string &text) {
    return cached("trees", "key", quiet, [&](const fs::path &entry) {
      ++fills;
      write_in(entry, text);
    });
  }
  std::atomic<int> fills = 0;
};

TEST_F(Cached, FillsAnEntryOnce) {
  const CacheEntry first = take("first");
  EXPECT_FALSE(first.was_there);
  EXPECT_EQ(first.path, cache() / "trees/key");
  const CacheEntry second = take("second");
  EXPECT_TRUE(second.was_there);
  EXPECT_EQ(second.path, first.path);
  EXPECT_EQ(fills, 1);
  EXPECT_EQ(read(first.path / "file"), "first");
}

TEST_F(Cached, KeepsKindsAndKeysApart) {
  take("of the trees");
  const auto other = [](const fs::path &entry) { write_in(entry, "other"); };
  EXPECT_FALSE(cached("kernels", "key", quiet, other).was_there);
  EXPECT_FALSE(cached("trees", "key 2", quiet, other).was_there);
  EXPECT_EQ(read("cache/rmemcheck/trees/key/file"), "of the trees");
}

TEST_F(Cached, LeavesNothingBesideTheEntry) {
  take("whole");
  EXPECT_THAT(names_in(cache() / "trees"), ElementsAre("key"));
}

TEST_F(Cached, ShowsNoEntryBeforeItIsWhole) {
  cached("trees", "key", quiet, [&](const fs::path &entry) {
    EXPECT_THAT(names_in(entry), IsEmpty());
    EXPECT_FALSE(exists("cache/rmemcheck/trees/key"));
  });
  EXPECT_TRUE(exists("cache/rmemcheck/trees/key"));
}

TEST_F(Cached, LeavesNothingWhereFillThrows) {
  const Error error = error_of([&] {
    cached("trees", "key", quiet, [](const fs::path &entry) {
      write_in(entry, "half");
      throw could_not_find_out("no power");
    });
  });
  EXPECT_STREQ(error.what(), "no power");
  EXPECT_THAT(names_in(cache() / "trees"), IsEmpty());
  EXPECT_FALSE(take("whole").was_there);
}

/// What SIGKILL leaves: a half-made entry, and a lock that nobody holds.
TEST_F(Cached, ReplacesWhatAKilledRunLeft) {
  const pid_t child = ::fork();
  if (child == 0)
    cached("trees", "key", quiet, [](const fs::path &entry) {
      std::ofstream(entry / "stale") << "half";
      ::_exit(0);
    });
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_THAT(names_in(cache() / "trees"), ElementsAre("key.lock", "key.partial"));
  EXPECT_FALSE(take("whole").was_there);
  EXPECT_THAT(names_in(cache() / "trees"), ElementsAre("key"));
  EXPECT_THAT(names_in(cache() / "trees/key"), ElementsAre("file"));
}

TEST_F(Cached, IsMadeOnceByTwoThreads) {
  const auto slow = [&](const fs::path &entry) {
    ++fills;
    std::this_thread::sleep_for(50ms);
    write_in(entry, "whole");
  };
  std::atomic<int> there = 0;
  const auto run = [&] {
    const CacheEntry entry = cached("trees", "key", quiet, slow);
    there += entry.was_there ? 1 : 0;
    EXPECT_EQ(read(entry.path / "file"), "whole");
  };
  std::thread one(run);
  std::thread two(run);
  one.join();
  two.join();
  EXPECT_EQ(fills, 1);
  EXPECT_EQ(there, 1);
  EXPECT_THAT(names_in(cache() / "trees"), ElementsAre("key"));
}

TEST_F(Cached, SaysThatItWaits) {
  std::atomic<bool> has_begun = false;
  std::atomic<bool> has_waited = false;
  std::thread maker([&] {
    cached("trees", "key", quiet, [&](const fs::path &) {
      has_begun = true;
      for (int i = 0; i < 100 && !has_waited; ++i)
        std::this_thread::sleep_for(10ms);
    });
  });
  while (!has_begun)
    std::this_thread::sleep_for(1ms);
  std::vector<std::string> said;
  const auto progress = [&](const std::string &what, double) {
    said.push_back(what);
    has_waited = true;
  };
  EXPECT_TRUE(cached("trees", "key", progress, [](const fs::path &) {}).was_there);
  maker.join();
  EXPECT_THAT(said, Contains(HasSubstr("waiting for another run")));
}

/// The one who waited makes the entry that the first could not make.
TEST_F(Cached, IsMadeByTheSecondWhereTheFirstFails) {
  std::atomic<bool> has_begun = false;
  std::thread first([&] {
    EXPECT_THROW(cached("trees", "key", quiet,
                        [&](const fs::path &) {
                          has_begun = true;
                          std::this_thread::sleep_for(50ms);
                          throw could_not_find_out("no power");
                        }),
                 Error);
  });
  while (!has_begun)
    std::this_thread::sleep_for(1ms);
  EXPECT_FALSE(take("whole").was_there);
  first.join();
  EXPECT_THAT(names_in(cache() / "trees"), ElementsAre("key"));
}

TEST_F(Cached, NamesAFolderThatCannotBeMade) {
  write("cache", "a file in the way");
  const Error error = error_of([&] { take("whole"); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), HasSubstr((cache() / "trees").string()));
}

TEST(CacheFolder, IsBelowXdgCacheHome) {
  const Variable cache("XDG_CACHE_HOME", "/a");
  EXPECT_EQ(cache_folder(), "/a/rmemcheck");
}

TEST(CacheFolder, IsBelowHomeOtherwise) {
  const Variable home("HOME", "/home/a");
  const Variable unset("XDG_CACHE_HOME", {});
  EXPECT_EQ(cache_folder(), "/home/a/.cache/rmemcheck");
  const Variable empty("XDG_CACHE_HOME", "");
  EXPECT_EQ(cache_folder(), "/home/a/.cache/rmemcheck");
}

/// As the XDG Base Directory Specification wants: a relative path is to be ignored.
TEST(CacheFolder, IsNeverRelative) {
  const Variable relative("XDG_CACHE_HOME", "cache");
  const Variable home("HOME", "/home/a");
  EXPECT_EQ(cache_folder(), "/home/a/.cache/rmemcheck");
  const Variable nobody("HOME", "home");
  const Error error = error_of([] { cache_folder(); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("XDG_CACHE_HOME or HOME to be absolute"));
}

} // namespace
} // namespace rmemcheck::test
