// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/build.h"

#include <map>
#include <string>
#include <vector>

namespace rmemcheck {

/// What modules that were built for a kernel rely on.
struct Abi {
  std::string layout;                         ///< struct reserved_mem, as pahole prints it
  std::map<std::string, std::string> symbols; ///< exported ones, each with its checksum
};

/// Configuration that shows it: lines of BuildRequest::config.
std::vector<std::string> abi_config();

/// Of a kernel that was built with abi_config(); could_not_find_out where pahole or the build do
/// not show what they must.
Abi abi_of(const BuiltKernel &kernel);

/// The lines of a vmlinux.symvers or Module.symvers: symbols and their checksums. A line that is
/// none is bad_input with `name` and its number.
std::map<std::string, std::string> read_symvers(const std::string &text, const std::string &name);

/// What a module that was built before would get wrong, a line of text each, the layout several.
/// New symbols are none.
std::vector<std::string> abi_changes(const Abi &before, const Abi &after);

} // namespace rmemcheck
