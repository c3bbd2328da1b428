// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

namespace rmemcheck {

/// What is expected of a list of [offset, size], for messages.
extern const char *const pairs_words;

/// Reads one TOML table and remembers which keys it was asked for, so that the rest can be
/// refused. A value of the wrong type is bad_input with file, line and what was expected. A key
/// that is not there gives the fallback, nothing, or an empty list. Valid as long as its TomlFile.
class TomlTable {
public:
  TomlTable(std::string file, const toml::table &table) : file_(std::move(file)), table_(table) {}

  /// Refuses the value of a key, or the whole table if the key is not there.
  [[noreturn]] void refuse(const char *key, std::string_view expected) const;
  [[nodiscard]] bool has(const char *key) const { return table_.contains(key); }
  /// "FILE:LINE: KEY", as messages begin that refuse the value.
  [[nodiscard]] std::string place(const char *key) const;

  bool boolean(const char *key, bool fallback);
  std::optional<std::string> string(const char *key);
  /// As string(), but the key must be there.
  std::string required_string(const char *key, std::string_view expected);
  /// A kernel version such as "6.1"; the key must be there.
  std::string version(const char *key);
  std::vector<std::string> strings(const char *key);
  /// Bytes, as a number or as parse_size() reads them.
  std::optional<std::uint64_t> size(const char *key);
  /// A list of [offset, size], sizes not zero if they need not be.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs(const char *key,
                                                             bool may_be_zero = false);
  /// A list of numbers from `least` to `most`.
  std::vector<std::uint64_t> numbers(const char *key, std::uint64_t least, std::uint64_t most);
  /// A table of names with bytes, each in hexadecimal digits; spaces between them do not count.
  std::map<std::string, std::string> bytes(const char *key);
  /// A table of names with strings that are not empty.
  std::map<std::string, std::string> texts(const char *key);
  /// A table of tables, [[key]].
  std::vector<TomlTable> tables(const char *key);
  /// A table, [key]; it must be there.
  TomlTable table(const char *key);

  /// Refuses every key that nobody asked for.
  void finish() const;

private:
  [[noreturn]] void refuse(const toml::source_region &where, std::string_view key,
                           std::string_view expected) const;
  [[nodiscard]] std::string place(const toml::source_region &where, std::string_view key) const;
  const toml::node *get(const char *key);
  /// A table of names with strings, each as `convert` makes it; what it makes nothing of is
  /// refused.
  std::map<std::string, std::string>
  converted(const char *key, const char *expected, const char *expected_value,
            const std::function<std::optional<std::string>(const std::string &)> &convert);
  /// `take` returns false for an entry that is not what was expected.
  void for_each(const char *key, const std::string &expected,
                const std::function<bool(const toml::node &)> &take);

  std::string file_;
  const toml::table &table_;
  std::set<std::string> asked_;
};

/// A TOML file. One that is none is bad_input with its line.
class TomlFile {
public:
  explicit TomlFile(const std::filesystem::path &path);
  [[nodiscard]] TomlTable root() const { return {name_, table_}; }

private:
  std::string name_;
  toml::table table_;
};

} // namespace rmemcheck
