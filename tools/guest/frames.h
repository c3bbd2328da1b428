// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <map>
#include <string>
#include <string_view>

namespace rmemcheck {

/// What came over the evidence port; guest/init.c has the format.
struct Frames {
  RawEvidence files;                 ///< whole ones, checksum right
  std::map<std::string, int> absent; ///< files that the guest could not read, with its errno
  std::string trouble;               ///< why it is not all there; empty if it is
};

/// Never throws: what a guest sends is evidence of its own.
Frames parse_frames(std::string_view bytes);

} // namespace rmemcheck
