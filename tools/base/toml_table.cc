// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/toml_table.h"

#include "base/error.h"
#include "base/file.h"
#include "base/kernel_version.h"
#include "base/size.h"

#include <fmt/format.h>

namespace rmemcheck {

const char *const pairs_words = "a list of [offset, size], such as [[\"64M\", \"64K\"]]";

namespace {

constexpr const char *size_words = "a size such as 65536, \"0x10000\", \"64K\", \"16M\" or \"1G\"";

std::optional<std::uint64_t> to_size(const toml::node &node) {
  if (const auto number = node.value_exact<std::int64_t>(); number && *number >= 0)
    return static_cast<std::uint64_t>(*number);
  const auto text = node.value_exact<std::string>();
  return text ? parse_size(*text) : std::nullopt;
}

/// The bytes that hexadecimal digits stand for; nothing if there are other characters.
std::optional<std::string> bytes_of_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string bytes;
  unsigned value = 0;
  std::size_t count = 0;
  for (const char letter : text) {
    if (letter == ' ')
      continue;
    const std::size_t digit = digits.find(letter);
    if (digit == std::string_view::npos)
      return std::nullopt;
    value = value << 4 | static_cast<unsigned>(digit);
    if (++count % 2 == 0)
      bytes += static_cast<char>(value & 0xff);
  }
  return count % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

} // namespace

std::string TomlTable::place(const toml::source_region &where, std::string_view key) const {
  return fmt::format("{}:{}: {}", file_, where.begin.line, key);
}

std::string TomlTable::place(const char *key) const {
  const toml::node *node = table_.get(key);
  return place(node != nullptr ? node->source() : table_.source(), key);
}

void TomlTable::refuse(const toml::source_region &where, std::string_view key,
                       std::string_view expected) const {
  throw bad_input(fmt::format("{}: expected {}", place(where, key), expected));
}

void TomlTable::refuse(const char *key, std::string_view expected) const {
  throw bad_input(fmt::format("{}: expected {}", place(key), expected));
}

const toml::node *TomlTable::get(const char *key) {
  asked_.insert(key);
  return table_.get(key);
}

void TomlTable::for_each(const char *key, const std::string &expected,
                         const std::function<bool(const toml::node &)> &take) {
  const toml::node *node = get(key);
  if (node == nullptr)
    return;
  if (!node->is_array())
    refuse(key, expected);
  for (const toml::node &entry : *node->as_array())
    if (!take(entry))
      refuse(entry.source(), key, expected);
}

bool TomlTable::boolean(const char *key, bool fallback) {
  const toml::node *node = get(key);
  if (node == nullptr)
    return fallback;
  const auto value = node->value_exact<bool>();
  if (!value)
    refuse(key, "true or false");
  return *value;
}

std::optional<std::string> TomlTable::string(const char *key) {
  const toml::node *node = get(key);
  if (node == nullptr)
    return std::nullopt;
  auto value = node->value_exact<std::string>();
  if (!value)
    refuse(key, "a string");
  return value;
}

std::string TomlTable::required_string(const char *key, std::string_view expected) {
  const auto value = string(key);
  if (!value || value->empty())
    refuse(key, expected);
  return *value;
}

std::string TomlTable::version(const char *key) {
  constexpr const char *expected = "a kernel version such as \"6.1\"";
  std::string text = required_string(key, expected);
  if (parse_kernel_version(text).size() < 2)
    refuse(key, expected);
  return text;
}

std::vector<std::string> TomlTable::strings(const char *key) {
  std::vector<std::string> result;
  for_each(key, "a list of strings", [&](const toml::node &node) {
    const auto value = node.value_exact<std::string>();
    if (value)
      result.push_back(*value);
    return value.has_value();
  });
  return result;
}

std::optional<std::uint64_t> TomlTable::size(const char *key) {
  const toml::node *node = get(key);
  if (node == nullptr)
    return std::nullopt;
  const auto value = to_size(*node);
  if (!value)
    refuse(key, size_words);
  return value;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> TomlTable::pairs(const char *key,
                                                                      bool may_be_zero) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> result;
  for_each(key, pairs_words, [&](const toml::node &node) {
    const toml::array *pair = node.as_array();
    if (pair == nullptr || pair->size() != 2)
      return false;
    const auto offset = to_size(*pair->get(0));
    const auto bytes = to_size(*pair->get(1));
    if (!offset || !bytes)
      return false;
    if (*bytes == 0 && !may_be_zero)
      refuse(node.source(), key, "a size that is not zero");
    result.emplace_back(*offset, *bytes);
    return true;
  });
  return result;
}

std::vector<std::uint64_t> TomlTable::numbers(const char *key, std::uint64_t least,
                                              std::uint64_t most) {
  std::vector<std::uint64_t> result;
  for_each(key, fmt::format("a list of numbers from {} to {}", least, most),
           [&](const toml::node &node) {
             const auto value = node.value_exact<std::int64_t>();
             const bool is_good = value && *value >= 0 &&
                                  static_cast<std::uint64_t>(*value) >= least &&
                                  static_cast<std::uint64_t>(*value) <= most;
             if (is_good)
               result.push_back(static_cast<std::uint64_t>(*value));
             return is_good;
           });
  return result;
}

std::map<std::string, std::string> TomlTable::converted(
    const char *key, const char *expected, const char *expected_value,
    const std::function<std::optional<std::string>(const std::string &)> &convert) {
  std::map<std::string, std::string> result;
  const toml::node *node = get(key);
  if (node == nullptr)
    return result;
  if (!node->is_table())
    refuse(key, expected);
  for (const auto &[name, value] : *node->as_table()) {
    const auto text = value.value_exact<std::string>();
    auto taken = text ? convert(*text) : std::nullopt;
    if (!taken)
      refuse(value.source(), key,
             fmt::format("{} = \"{}\"", std::string(name.str()), expected_value));
    result.emplace(std::string(name.str()), std::move(*taken));
  }
  return result;
}

std::map<std::string, std::string> TomlTable::texts(const char *key) {
  return converted(
      key, "a table of names and strings", "a string that is not empty",
      [](const std::string &text) { return text.empty() ? std::nullopt : std::optional(text); });
}

std::map<std::string, std::string> TomlTable::bytes(const char *key) {
  return converted(key, "a table of names and bytes", "two hexadecimal digits a byte",
                   bytes_of_hex);
}

std::vector<TomlTable> TomlTable::tables(const char *key) {
  std::vector<TomlTable> result;
  for_each(key, fmt::format("tables, [[{}]]", key), [&](const toml::node &node) {
    if (node.is_table())
      result.emplace_back(file_, *node.as_table());
    return node.is_table();
  });
  return result;
}

TomlTable TomlTable::table(const char *key) {
  const toml::node *node = get(key);
  if (node == nullptr || !node->is_table())
    refuse(key, fmt::format("a table, [{}]", key));
  return {file_, *node->as_table()};
}

void TomlTable::finish() const {
  for (const auto &[key, value] : table_)
    if (!asked_.contains(std::string(key.str())))
      refuse(key.source(), key.str(), fmt::format("one of {}", fmt::join(asked_, ", ")));
}

TomlFile::TomlFile(const std::filesystem::path &path) : name_(path.string()) {
  try {
    table_ = toml::parse(read_file(path), name_);
  } catch (const toml::parse_error &error) {
    throw bad_input(fmt::format("{}:{}: expected TOML: {}", name_, error.source().begin.line,
                                error.description()));
  }
}

} // namespace rmemcheck
