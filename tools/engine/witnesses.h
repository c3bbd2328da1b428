// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace rmemcheck {

/// What is known of a kernel that decides what its boot can show.
struct Showing {
  std::vector<std::string> config; ///< lines of its .config; none where nobody knows it
  std::string arch;                ///< ARCH= of its make
  bool has_tree = true;            ///< it is given a DTB
  bool has_probe = true;           ///< the probe is built for it
};

/// The pieces of evidence that a guest of that kernel sends, by file name, and "linear mapping",
/// which is what a dump of page tables is there for. What is among them and missing leaves a
/// verdict open: without a witness nothing is shown.
std::vector<std::string> witnesses_of(const Showing &kernel);

} // namespace rmemcheck
