// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace rmemcheck {

/// How far the boots of a machine are.
struct BootsSoFar {
  std::size_t count = 0; ///< of all
  std::size_t done = 0;
  std::vector<std::string> running; ///< "KERNEL/CASE"
  double seconds_left = -1;         ///< as those that are done let expect; less than 0: not known
};

/// How a run speaks while it goes on. Several threads call it.
struct Telling {
  Progress step;                                  ///< what is being done
  std::function<void(const std::string &)> print; ///< results, whole lines
  std::function<void(const BootsSoFar &)> boots;  ///< as boots begin and end
  bool colour = false;                            ///< whether words of these may be coloured
  bool is_verbose = false;                        ///< whether to print all that a boot comes to
};

/// One that says nothing.
inline Telling silent() {
  return {[](const std::string &, double) {}, [](const std::string &) {},
          [](const BootsSoFar &) {}};
}

} // namespace rmemcheck
