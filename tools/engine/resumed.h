// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/role.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// What a command wants booted on one machine.
struct AskedFor {
  struct Kernel {
    std::string name;
    Role role = Role::must_pass;
    std::string spec;
    std::vector<std::string> cases; ///< by name
  };
  std::string machine;
  std::vector<Kernel> kernels;
};

/// What an earlier run has left in `folder` must be asked for again, and more may be: anything else
/// is bad_input that names it, or the folder would have the results of two commands. A kernel whose
/// sources have changed is the same kernel here: its boots have another key, and are made anew.
void check_resumed(const std::filesystem::path &folder, const AskedFor &asked);

} // namespace rmemcheck
