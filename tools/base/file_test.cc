// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"

#include "base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

namespace rmemcheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FileTest : public testing::Test {
protected:
  FileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "rmemcheck.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(FileTest, ReadsBackWhatWasWritten) {
  const std::string bytes = std::string("a\0b\n", 4) + std::string(200000, 'x');
  write_file(folder_ / "f", bytes);
  EXPECT_EQ(read_file(folder_ / "f"), bytes);
  write_file(folder_ / "f", "");
  EXPECT_EQ(read_file(folder_ / "f"), "");
}

TEST_F(FileTest, MissingFileIsNamed) {
  try {
    read_file(folder_ / "missing");
    FAIL() << "no error";
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr((folder_ / "missing").string()));
    EXPECT_THAT(error.what(), HasSubstr("No such file"));
  }
}

TEST_F(FileTest, OutputInNoFolderIsAMistakeOfThePersonWhoNamedIt) {
  try {
    write_output(folder_ / "none" / "f", "bytes");
    FAIL() << "no error";
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("expected a folder " + (folder_ / "none").string()));
  }
  write_output(folder_ / "f", "bytes");
  EXPECT_EQ(read_file(folder_ / "f"), "bytes");
}

TEST_F(FileTest, WriteThatCannotEndLeavesTheOldFileAndNothingElse) {
  write_file(folder_ / "f", "old");
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = before;
  small.rlim_cur = 10;
  std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_file(folder_ / "f", "longer than ten bytes"), Error);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(read_file(folder_ / "f"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST(SplitLines, KeepsALastLineWithoutNewline) {
  EXPECT_THAT(split_lines("a\n\nb"), ElementsAre("a", "", "b"));
  EXPECT_THAT(split_lines("a\n"), ElementsAre("a"));
  EXPECT_THAT(split_lines(""), ElementsAre());
}

TEST(Sha256, IsTheKnownDigest) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(FileTest, AFileHasTheDigestOfItsBytes) {
  const std::string bytes(200000, 'x'); // more than one piece
  write_file(folder_ / "large", bytes);
  EXPECT_EQ(sha256_of_file(folder_ / "large"), sha256(bytes));
  EXPECT_THROW((void)sha256_of_file(folder_ / "none"), Error);
}

TEST_F(FileTest, ALinkIsFollowed) {
  std::filesystem::create_symlink("target", folder_ / "link");
  write_file(folder_ / "link", "one");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_file(folder_ / "target"), "one");
}

TEST_F(FileTest, ALinkThatLeadsNowhereIsThereAndIsNoFolder) {
  std::filesystem::create_symlink("loop", folder_ / "loop");
  std::filesystem::create_directory_symlink(".", folder_ / "link");
  EXPECT_TRUE(is_there(folder_ / "loop"));
  EXPECT_FALSE(is_there(folder_ / "none"));
  EXPECT_TRUE(is_folder(folder_ / "link"));
  for (const char *name : {"loop", "none"})
    EXPECT_FALSE(is_folder(folder_ / name)) << name;
}

TEST_F(FileTest, WhatIsNoRegularFileIsWrittenInto) {
  EXPECT_THROW(write_file("/dev/full", "one"), Error);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
  write_file("/dev/null", "one");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

} // namespace
} // namespace rmemcheck
