// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/series.h"

#include "base/file.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char *two_rows = R"([[series]]
folder = "v6.1"
from = "6.1"
until = "6.2"

[[series]]
folder = "v6.9"
from = "6.9"
until = "6.10"
)";

class SeriesTable : public FolderTest {
protected:
  SeriesTable() {
    write("series.toml", two_rows);
    for (const char *name : {"v6.1/0002-b.patch", "v6.1/0000-cover-letter.patch", "v6.1/README",
                             "v6.1/0001-a.patch", "v6.9/0001-c.patch"})
      write(name, name);
  }
  /// The folder that serves a version, or "none".
  [[nodiscard]] std::string serves(const std::string &version) const {
    try {
      return find_series(folder, version).folder.filename().string();
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), ExitStatus::bad_input);
      return "none";
    }
  }
  /// The message for a table that must be refused, without the folder before its name.
  [[nodiscard]] std::string refusal(const std::string &text) const {
    write("series.toml", text);
    const Error error = error_of([&] { read_series_table(folder); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), StartsWith(folder.string() + "/"));
    return std::string(error.what()).substr(folder.string().size() + 1);
  }
};

TEST_F(SeriesTable, HasItsRowsInOrder) {
  const std::vector<SeriesRow> rows = read_series_table(folder);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].folder, "v6.1");
  EXPECT_EQ(rows[0].from, "6.1");
  EXPECT_EQ(rows[0].until, "6.2");
  EXPECT_EQ(rows[1].folder, "v6.9");
}

TEST_F(SeriesTable, IsRefusedWithFileAndLine) {
  const std::string folder_line = "[[series]]\nfolder = 'v6.1'\n";
  const std::pair<std::string, const char *> bad[] = {
      {"", "series: expected at least one table"},
      {"series = 3\n", "series.toml:1: series: expected tables, [[series]]"},
      {"[[series]]\nfolder = \n", "series.toml:2: expected TOML: "},
      {"\n[[series]]\nfrom = '6.1'\n", "series.toml:2: folder: expected a folder"},
      {"[[series]]\nfolder = 'v5.4'\n", "series.toml:2: folder: expected a folder of "},
      {folder_line + "until = '6.2'\n", "series.toml:1: from: expected a kernel version"},
      {folder_line + "from = 6.1\n", "series.toml:3: from: expected a string"},
      {folder_line + "from = '6'\n", "series.toml:3: from: expected a kernel version"},
      {folder_line + "from = 'v6.1'\n", "series.toml:3: from: expected a kernel version"},
      {folder_line + "from = '6.1'\n", "series.toml:1: until: expected a kernel version"},
      {folder_line + "from = '6.1'\nuntil = '6.1'\n", "series.toml:4: until: expected a version"},
      {folder_line + "from = '6.10'\nuntil = '6.9'\n", "series.toml:4: until: expected a version"},
      {std::string(two_rows) + "till = '6.3'\n", "series.toml:10: till: expected one of folder, "},
      {std::string("title = 'x'\n") + two_rows, "series.toml:1: title: expected one of series"},
  };
  for (const auto &[text, wanted] : bad)
    EXPECT_THAT(refusal(text), HasSubstr(wanted)) << text;
}

TEST_F(SeriesTable, IsNamedWhereItIsMissing) {
  const Error error = error_of([&] { read_series_table(folder / "none"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr((folder / "none/series.toml").string()));
}

TEST_F(SeriesTable, ServesFromItsLowerBound) {
  EXPECT_EQ(serves("6.1"), "v6.1");
  EXPECT_EQ(serves("6.1.0"), "v6.1");
  EXPECT_EQ(serves("6.1.192"), "v6.1");
  EXPECT_EQ(serves("6.9.0-rc1"), "v6.9");
  EXPECT_EQ(serves("6.0.19"), "none");
}

TEST_F(SeriesTable, DoesNotServeItsUpperBound) {
  EXPECT_EQ(serves("6.2"), "none");
  EXPECT_EQ(serves("6.2.0-rc1"), "none");
  EXPECT_EQ(serves("6.10.0"), "none");
}

TEST_F(SeriesTable, ComparesNumbersNotText) {
  write("series.toml", "[[series]]\nfolder = 'v6.9'\nfrom = '6.9'\nuntil = '6.11'\n");
  EXPECT_EQ(serves("6.10.3"), "v6.9");
  EXPECT_EQ(serves("6.100"), "none");
  EXPECT_EQ(serves("six"), "none");
}

TEST_F(SeriesTable, ListsWhatItServes) {
  const Error error = error_of([&] { find_series(folder, "5.10.3"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("5.10.3"), HasSubstr((folder / "series.toml").string()),
                                  HasSubstr("v6.1 serves 6.1 up to, not including, 6.2"),
                                  HasSubstr("v6.9 serves 6.9 up to, not including, 6.10")));
}

TEST_F(SeriesTable, OfTheKitServesWhatItSays) {
  const fs::path patches = kit_folder() / "patches";
  for (const SeriesRow &row : read_series_table(patches))
    EXPECT_EQ(find_series(patches, row.from).folder, patches / row.folder);
}

TEST_F(SeriesTable, NamesTheNearestSeriesForOtherVersions) {
  const auto nearest = [&](const std::string &version) {
    return nearest_series(folder, version).folder.filename().string();
  };
  EXPECT_EQ(nearest("6.8"), "v6.1");
  EXPECT_EQ(nearest("6.9.3"), "v6.9");
  EXPECT_EQ(nearest("7.0"), "v6.9");
  EXPECT_EQ(nearest("5.10"), "v6.1") << "none is older";
}

TEST_F(SeriesTable, MayServeNothing) {
  EXPECT_TRUE(serving_series(folder, "6.1.7").has_value());
  EXPECT_FALSE(serving_series(folder, "7.0").has_value());
}

using FindSeries = SeriesTable;

TEST_F(FindSeries, TakesPatchesInOrderWithoutTheCoverLetter) {
  const fs::path series = folder / "v6.1";
  EXPECT_THAT(find_series(folder, "6.1.7").patches,
              ElementsAre(series / "0001-a.patch", series / "0002-b.patch"));
}

TEST_F(FindSeries, RefusesAFolderWithoutPatches) {
  fs::remove(folder / "v6.9/0001-c.patch");
  write("v6.9/0000-cover-letter.patch", "");
  const Error error = error_of([&] { find_series(folder, "6.9.1"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr((folder / "v6.9").string()));
}

TEST_F(FindSeries, ContentKeyIsTheSha256OverThePatchesSha256) {
  const std::string lines = sha256("v6.1/0001-a.patch") + "\n" + sha256("v6.1/0002-b.patch") + "\n";
  EXPECT_EQ(patches_key(find_series(folder, "6.1").patches), sha256(lines));
}

TEST_F(FindSeries, ContentKeyIsThatOfThePatchesAlone) {
  const std::string key = patches_key(find_series(folder, "6.1").patches);
  write("v6.1/0000-cover-letter.patch", "another letter");
  fs::rename(folder / "v6.1/0002-b.patch", folder / "v6.1/0003-b.patch");
  EXPECT_EQ(patches_key(find_series(folder, "6.1").patches), key);
  write("v6.1/0001-a.patch", "another patch");
  EXPECT_NE(patches_key(find_series(folder, "6.1").patches), key);
}

} // namespace
} // namespace rmemcheck::test
