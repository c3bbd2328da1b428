// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/hunk.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;

constexpr const char *header = "@@ -10,5 +10,5 @@ static int __init first(unsigned long node,";

/// The places of the only hunk of a patch to mm.c.
std::vector<std::string> places_of(const std::string &lines, const std::string &head = header) {
  const auto hunk =
      find_hunk("diff --git a/mm.c b/mm.c\n" + head + "\n" + lines + "-- \n2.39.5\n", "mm.c", "10");
  EXPECT_TRUE(hunk.has_value());
  return hunk ? hunk->places : std::vector<std::string>();
}

TEST(Hunk, IsFoundByFileAndLine) {
  const std::string patch = "Subject: x\n---\ndiff --git a/a.c b/a.c\n@@ -10 +10 @@\n-a\n+b\n"
                            "diff --git a/mm.c b/mm.c\n@@ -1,2 +1,2 @@\n-a\n+b\n"
                            "@@ -10,2 +10,2 @@ int f(void)\n-\tc\n+\td\n";
  const auto hunk = find_hunk(patch, "mm.c", "10");
  ASSERT_TRUE(hunk.has_value());
  EXPECT_EQ(hunk->number, 2);
  EXPECT_EQ(hunk->header, "@@ -10,2 +10,2 @@ int f(void)");
  EXPECT_THAT(hunk->places, ElementsAre("mm.c:f"));
  EXPECT_EQ(find_hunk(patch, "a.c", "10")->header, "@@ -10 +10 @@");
  EXPECT_FALSE(find_hunk(patch, "mm.c", "100").has_value());
  EXPECT_FALSE(find_hunk(patch, "c.c", "10").has_value());
}

TEST(Hunk, ChangesTheFunctionThatGitNames) {
  EXPECT_THAT(places_of(" \tx = 1;\n-\ty = call(2);\n+\ty = 3;\n"), ElementsAre("mm.c:first"));
}

TEST(Hunk, ChangesTheFunctionThatBeginsInIt) {
  EXPECT_THAT(places_of(" }\n \n void second(int x)\n {\n-\ty = 2;\n+\ty = 3;\n"),
              ElementsAre("mm.c:second"));
  EXPECT_THAT(places_of(" }\n \n-/**\n- * second() - does\n- */\n-void *second(int x)\n-{\n-}\n"),
              ElementsAre("mm.c:second"));
}

TEST(Hunk, MayChangeTwoFunctions) {
  EXPECT_THAT(places_of("-\ta = 1;\n }\n \n void second(void)\n {\n-\ty = 2;\n"),
              ElementsAre("mm.c:first", "mm.c:second"));
}

TEST(Hunk, CountsWhatIsNewToWhereItIsPutIn) {
  EXPECT_THAT(places_of(" }\n \n+static int third(void)\n+{\n+\treturn 0;\n+}\n+\n"),
              ElementsAre("mm.c"));
}

TEST(Hunk, NamesTheFileOutsideOfFunctions) {
  EXPECT_THAT(
      places_of(" #include <a.h>\n-static int count;\n+static int number;\n", "@@ -10,2 +10,2 @@"),
      ElementsAre("mm.c"));
  EXPECT_THAT(places_of(" }\n-EXPORT_SYMBOL_GPL(first);\n"), ElementsAre("mm.c"));
  EXPECT_THAT(places_of(" int second(void);\n+int third(void);\n"), ElementsAre("mm.c"));
}

TEST(Hunk, StaysInAFunctionBehindALabel) {
  EXPECT_THAT(places_of(" fail:\n-\treturn 1;\n+\treturn 2;\n"), ElementsAre("mm.c:first"));
}

} // namespace
} // namespace rmemcheck::test
