// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/frames.h"

#include <boost/crc.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

std::string file(const std::string &name, const std::string &bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return fmt::format("file {} {} {:08x}\n{}\n", name, bytes.size(), crc.checksum(), bytes);
}

const std::string whole =
    file("dmesg", "one\nfile dmesg 1 0\n") + "absent iomem 2\n" + file("empty", "") + "end 3\n";

TEST(ParseFrames, TakesFilesWhateverTheyHold) {
  const Frames frames = parse_frames(whole);
  EXPECT_EQ(frames.trouble, "");
  EXPECT_THAT(frames.files,
              UnorderedElementsAre(Pair("dmesg", "one\nfile dmesg 1 0\n"), Pair("empty", "")));
  EXPECT_THAT(frames.absent, UnorderedElementsAre(Pair("iomem", 2)));
}

TEST(ParseFrames, TakesAnyByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += static_cast<char>(byte);
  EXPECT_EQ(parse_frames(file("fdt", bytes) + "end 1\n").files.at("fdt"), bytes);
}

TEST(ParseFrames, NoticesWhereverItIsCut) {
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THAT(parse_frames(whole.substr(0, length)).trouble, HasSubstr("cut short after"))
        << length;
}

TEST(ParseFrames, NeverTakesAFileThatHasChanged) {
  const Frames sent = parse_frames(whole);
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      for (const auto &[name, bytes] : parse_frames(changed).files)
        if (sent.files.contains(name)) {
          EXPECT_EQ(bytes, sent.files.at(name)) << at << " " << bit;
        }
    }
}

struct Trouble {
  std::string name;
  std::string bytes;
  std::string says;
};

class FramesInTrouble : public testing::TestWithParam<Trouble> {};

TEST_P(FramesInTrouble, IsNamed) {
  EXPECT_THAT(parse_frames(GetParam().bytes).trouble, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    ParseFrames, FramesInTrouble,
    testing::Values(
        Trouble{"Nothing", "", "after 0 of its files: nothing more came"},
        Trouble{"HalfALine", "file dmesg", "the next one's first line is not whole"},
        Trouble{"NoFrame", "hello world\n", "first line is no such line"},
        Trouble{"NoLength", "file dmesg\n", "dmesg has no length and checksum"},
        Trouble{"NegativeLength", "file dmesg -1 0\n", "dmesg has no length and checksum"},
        Trouble{"HugeLength", "file dmesg 99999999999999999999 0\n", "no length and checksum"},
        Trouble{"TooShort", "file dmesg 10 00000000\nabc", "dmesg has 3 of 10 bytes"},
        Trouble{"Changed", "file dmesg 3 00000000\nabc\n", "its checksum differs"},
        Trouble{"NoErrno", "absent iomem\n", "iomem is absent without an errno"},
        Trouble{"Miscounted", file("dmesg", "a") + "end 2\n", "after 1 of its files: the guest"},
        Trouble{"More", "end 0\nend 0\n", "there is more after the end"}),
    [](const auto &given) { return given.param.name; });

} // namespace
} // namespace rmemcheck
