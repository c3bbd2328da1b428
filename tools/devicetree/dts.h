// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace rmemcheck {

/// What a DTB says of reserved memory, as source: the /memreserve/ entries, /reserved-memory, and
/// the devices that use regions. The rest of the board is left out. dtc reads it, but for two nodes
/// of one name.
std::string reserved_memory_source(const std::string &dtb, const std::string &origin);

} // namespace rmemcheck
