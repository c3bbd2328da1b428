// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// A line of System.map.
struct Symbol {
  std::uint64_t address = 0;
  char type = '?';
  std::string name;
};

/// In order of addresses. A file that is no System.map is bad_input with its line.
std::vector<Symbol> read_system_map(const std::filesystem::path &file);

/// The name as the source has it, without what GCC adds to a function that it has cut or
/// specialised: ".isra.0", ".constprop.0", ".part.0", ".cold".
std::string_view source_name(std::string_view symbol);

/// What the work in a function is counted as. Late and early are spans; the others are shares of
/// these: insertion is what memblock does to change its arrays, search is what it does to look
/// something up in them or to find free memory, logging is printk().
enum class Work { early, late, insertion, search, logging };

/// "early", ...
std::string to_string(Work work);

/// A function that is there to be counted.
struct WatchedFunction {
  std::uint64_t address = 0;
  std::string name; ///< as System.map has it
  Work work{};
};

/// The functions of the table (symbols.cc) that a kernel has. Without the early scan, it is no
/// kernel that reads a device tree: bad_input.
std::vector<WatchedFunction> watched_functions(const std::vector<Symbol> &symbols,
                                               const std::filesystem::path &file);

} // namespace rmemcheck
