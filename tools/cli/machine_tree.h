// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace rmemcheck {

/// Which tree regions are put into: a machine's, or that of a file.
struct MachineTreeOptions {
  std::string kit;
  std::string machine = "arm64";
  std::string base;
};

/// --machine, --base and --kit.
void add_machine_tree_options(CLI::App &verb, MachineTreeOptions &options);

/// An --out that is one of the files that are read is bad_input: it would be gone.
void check_output(const std::string &out, const std::vector<std::string> &inputs);

struct MachineTree {
  std::string name; ///< for messages
  std::string dtb;
  std::uint64_t memory_base = 0;
};

/// A machine without a tree, and a file without /memory, are bad_input.
MachineTree machine_tree(const MachineTreeOptions &options);

} // namespace rmemcheck
