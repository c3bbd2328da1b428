// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/lines.h"

#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::vector<std::string> texts(std::string_view text) {
  std::vector<std::string> result;
  for (const Line &line : lines_of(text))
    result.emplace_back(line.text);
  return result;
}

TEST(LinesTest, SplitsAtNewlines) {
  EXPECT_EQ(texts("one\ntwo\n"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(texts("one\ntwo"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(texts(""), std::vector<std::string>{});
}

TEST(LinesTest, KeepsEmptyLinesSoThatNumbersHold) {
  const auto lines = lines_of("one\n\nthree\n");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].text, "");
  EXPECT_EQ(lines[2].number, 3u);
}

TEST(LinesTest, DropsTheCarriageReturnsOfAConsole) {
  EXPECT_EQ(texts("one\r\ntwo\r\r\nth\rree\r\n"),
            (std::vector<std::string>{"one", "two", "th\rree"}));
}

TEST(LinesTest, AnEmptyFileThatMustHaveLinesIsNamed) {
  EXPECT_THAT(message_of([] { lines_of_filled("iomem", ""); }), HasSubstr("iomem: "));
  EXPECT_EQ(lines_of_filled("iomem", "x\n").size(), 1u);
}

TEST(LinesTest, NotUnderstoodNamesFileLineExpectationAndText) {
  const Error error = not_understood("probe", {7, "junk"}, "'end COUNT'");
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_STREQ(error.what(), "probe:7: expected 'end COUNT', found 'junk'");
}

TEST(LinesTest, NotUnderstoodShowsTheBeginningOfALongLine) {
  const std::string line(1000000, '0');
  EXPECT_THAT(not_understood("iomem", {1, line}, "a range").what(),
              AllOf(HasSubstr("'0000"), HasSubstr("... (1000000 bytes)'")));
  EXPECT_LT(std::string(not_understood("iomem", {1, line}, "a range").what()).size(), 300u);
}

} // namespace
} // namespace rmemcheck
