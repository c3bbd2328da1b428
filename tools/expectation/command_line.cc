// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/command_line.h"

#include "base/range_set.h"
#include "expectation/expectation.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace rmemcheck {
namespace {

/// A number as memparse() (lib/cmdline.c) reads it; `text` is what comes behind it then.
std::uint64_t memory_size(const char *&text) {
  char *unit = nullptr;
  std::uint64_t bytes = std::strtoull(text, &unit, 0);
  constexpr std::string_view units = "KMGTPE";
  const auto power = units.find(static_cast<char>(std::toupper(*unit)));
  if (*unit != '\0' && power != std::string_view::npos) {
    bytes <<= 10 * (power + 1);
    ++unit;
  }
  text = unit;
  return bytes;
}

bool is_blank(char sign) { return std::isspace(static_cast<unsigned char>(sign)) != 0; }

/// One as next_arg() (lib/cmdline.c) takes it from the text, without the quotation marks around it
/// or around its value.
std::string next_word(std::string_view &text) {
  const auto take = [&](std::size_t count) { text.remove_prefix(std::min(count, text.size())); };
  const bool is_quoted = text.starts_with('"');
  take(is_quoted ? 1 : 0);
  bool is_inside = is_quoted;
  std::size_t end = 0;
  for (; end < text.size() && (is_inside || !is_blank(text[end])); ++end)
    if (text[end] == '"')
      is_inside = !is_inside;
  std::string word(text.substr(0, end));
  take(end + 1);
  const auto value = word.find('=');
  const bool has_quoted_value =
      value != std::string::npos && word.substr(value + 1).starts_with('"');
  if ((is_quoted || has_quoted_value) && word.ends_with('"'))
    word.pop_back();
  if (has_quoted_value)
    word.erase(value + 1, 1);
  return word;
}

/// All of "NAME=SIZE[@BASE]".
std::vector<GivenSize> given_sizes(const std::string &bootargs, const std::string &name) {
  const std::string start = name + '=';
  std::vector<GivenSize> sizes;
  for (const std::string &word : kernel_words(bootargs))
    if (word.starts_with(start)) {
      const char *text = word.c_str() + start.size();
      sizes.push_back({memory_size(text), std::nullopt});
      if (*text == '@')
        sizes.back().base = memory_size(++text);
    }
  return sizes;
}

/// On 32-bit ARM each "mem=" adds RAM, where it says or else where the tree's begins, and the
/// tree's own does not count (early_mem(), arch/arm/kernel/setup.c).
std::vector<PhysicalRange> memory_of_arm(const std::vector<GivenSize> &sizes,
                                         std::uint64_t page_size,
                                         const std::vector<PhysicalRange> &memory) {
  std::vector<PhysicalRange> given;
  for (const auto &[bytes, base] : sizes) {
    const std::optional<std::uint64_t> begin =
        base || memory.empty() ? base : std::optional(memory.front().begin);
    if (begin && bytes <= anywhere.end - *begin)
      given.push_back({*begin, *begin + bytes});
  }
  const RangeSet all = RangeSet(std::move(given)).whole_units(page_size);
  return all.ranges().empty() ? memory : all.ranges();
}

/// "mem=" leaves so many bytes of RAM, from the lowest address on (memblock_enforce_memory_limit(),
/// mm/memblock.c, and early_mem() of the architectures).
std::vector<PhysicalRange> lowest(const std::vector<PhysicalRange> &ranges, std::uint64_t bytes) {
  std::vector<PhysicalRange> left;
  for (const PhysicalRange &range : RangeSet(ranges).ranges()) {
    const std::uint64_t taken = std::min(bytes, range.size());
    left.push_back({range.begin, range.begin + taken});
    bytes -= taken;
  }
  return RangeSet(std::move(left)).ranges();
}

} // namespace

std::vector<std::string> kernel_words(std::string_view bootargs) {
  std::vector<std::string> words;
  for (;;) {
    while (!bootargs.empty() && is_blank(bootargs.front()))
      bootargs.remove_prefix(1);
    if (bootargs.empty())
      return words;
    words.push_back(next_word(bootargs));
    if (words.back() == "--") {
      words.pop_back();
      return words;
    }
  }
}

std::optional<GivenSize> last_size(const std::string &bootargs, const std::string &name) {
  const std::vector<GivenSize> sizes = given_sizes(bootargs, name);
  return sizes.empty() ? std::nullopt : std::optional(sizes.back());
}

std::vector<PhysicalRange> told_memory(const std::string &bootargs, const std::string &arch,
                                       std::uint64_t page_size,
                                       const std::vector<PhysicalRange> &memory) {
  const std::vector<GivenSize> sizes = given_sizes(bootargs, "mem");
  if (sizes.empty())
    return memory;
  if (arch == "arm")
    return memory_of_arm(sizes, page_size, memory);
  // A limit of 0, as of a word that is no number, is none (memblock_mem_limit_remove_map() and
  // memblock_enforce_memory_limit(), mm/memblock.c).
  const std::uint64_t bytes = sizes.back().bytes / page_size * page_size;
  return bytes == 0 ? memory : lowest(memory, bytes);
}

} // namespace rmemcheck
