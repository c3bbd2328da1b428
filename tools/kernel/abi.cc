// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/abi.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

constexpr const char *abi_struct = "reserved_mem";
constexpr const char *known_symbol = "of_reserved_mem_lookup"; // a table without it is another's

} // namespace

std::vector<std::string> abi_config() {
  return {"CONFIG_MODVERSIONS=y", "CONFIG_DEBUG_INFO_DWARF4=y",
          // The ABI of a kernel can be told where modpost has something to say of it.
          "CONFIG_SECTION_MISMATCH_WARN_ONLY=y"};
}

std::map<std::string, std::string> read_symvers(const std::string &text, const std::string &name) {
  std::map<std::string, std::string> symbols;
  std::size_t number = 0;
  for (const std::string &line : split_lines(text)) {
    ++number;
    const std::size_t checksum = line.find('\t');
    const std::size_t symbol = checksum == std::string::npos ? checksum : checksum + 1;
    const std::size_t end = symbol == std::string::npos ? symbol : line.find('\t', symbol);
    if (end == std::string::npos || !line.starts_with("0x"))
      throw bad_input(fmt::format("{}:{}: expected a checksum, a tab, a symbol and a tab, seen {}",
                                  name, number, line));
    symbols.emplace(line.substr(symbol, end - symbol), line.substr(0, checksum));
  }
  return symbols;
}

Abi abi_of(const BuiltKernel &kernel) {
  for (const fs::path &file : {kernel.vmlinux, kernel.symvers})
    if (!fs::is_regular_file(file))
      throw could_not_find_out(
          fmt::format("{}: not there: the entry of the cache is an older one; remove its folder",
                      file.string()));
  Abi abi;
  abi.layout =
      run_child_or_throw({{"pahole", "-C", abi_struct, kernel.vmlinux.string()}, ".", {}, {}}).out;
  abi.symbols = read_symvers(read_file(kernel.symvers), kernel.symvers.string());
  if (abi.layout.find(fmt::format("struct {} {{", abi_struct)) == std::string::npos)
    throw could_not_find_out(
        fmt::format("{}: pahole finds no struct {}", kernel.vmlinux.string(), abi_struct));
  if (!abi.symbols.contains(known_symbol))
    throw could_not_find_out(
        fmt::format("{}: expected a line of {}", kernel.symvers.string(), known_symbol));
  return abi;
}

std::vector<std::string> abi_changes(const Abi &before, const Abi &after) {
  std::vector<std::string> changes;
  if (before.layout != after.layout)
    changes.push_back(
        fmt::format("struct {}:\nbefore: {}after: {}", abi_struct, before.layout, after.layout));
  for (const auto &[symbol, checksum] : before.symbols) {
    const auto now = after.symbols.find(symbol);
    if (now == after.symbols.end())
      changes.push_back(symbol + " is gone");
    else if (now->second != checksum)
      changes.push_back(
          fmt::format("{} has another checksum: {}, before {}", symbol, now->second, checksum));
  }
  return changes;
}

} // namespace rmemcheck
