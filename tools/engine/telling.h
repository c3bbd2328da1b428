// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <functional>
#include <string>

namespace rmemcheck {

/// How a run speaks while it goes on. Several threads call it.
struct Telling {
  Progress step;                                  ///< what is being done
  std::function<void(const std::string &)> print; ///< results, whole lines
  bool colour = false;                            ///< whether words of these may be coloured
};

} // namespace rmemcheck
