// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace rmemcheck {

/// The numbers that a version begins with: of "6.1.192+deb12" 6, 1 and 192, of "6.9.0-rc1" 6, 9
/// and 0. None if it begins with none. Comparing two of them tells the older one.
using KernelVersion = std::vector<unsigned>;
KernelVersion parse_kernel_version(const std::string &text);

/// Whether a kernel of this version is known to be older than `other`, such as "6.5" or "6.12.103",
/// as far as that has numbers. Of a text that has too few to tell nothing is known: false.
bool is_older(const std::string &version, const std::string &other);

/// Whether it is known to be `other` or newer. Of what is not known neither of the two is true.
bool is_since(const std::string &version, const std::string &other);

} // namespace rmemcheck
