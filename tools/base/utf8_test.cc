// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(CleanText, KeepsWhatIsText) {
  EXPECT_EQ(clean_text("a\tb\nc <&> \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "a\tb\nc <&> \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST(CleanText, WritesControlCharactersOut) {
  EXPECT_EQ(clean_text(std::string("\x1b[2J\0\r\x7f", 7)), "\\x1b[2J\\x00\\x0d\\x7f");
}

TEST(CleanText, ReplacesWhatIsNoUtf8OrNoCharacter) {
  const std::string none = "\xef\xbf\xbd";
  EXPECT_EQ(clean_text("\xff"), none);                       // no lead byte
  EXPECT_EQ(clean_text("\xc3("), none + "(");                // nothing follows
  EXPECT_EQ(clean_text("\xe2\x82"), none + none);            // cut short
  EXPECT_EQ(clean_text("\xc0\xaf"), none + none);            // could be shorter
  EXPECT_EQ(clean_text("\xed\xa0\x80"), none + none + none); // a surrogate
  EXPECT_EQ(clean_text("\xef\xbf\xbf"), none + none + none); // U+FFFF
  EXPECT_EQ(clean_text("\xc2\x9b"
                       "31m"),
            none + none + "31m"); // CSI of C1
  EXPECT_EQ(clean_text("\xf4\x90\x80\x80"), none + none + none + none);
}

} // namespace
} // namespace rmemcheck
