// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace rmemcheck {

/// Whether a kernel of this version ("6.1.192+deb12", "6.9.0-rc1") is older than `other` ("6.5"),
/// by the first two numbers. Of a text that does not begin with two numbers nothing is known:
/// false.
bool is_older(const std::string &version, const std::string &other);

} // namespace rmemcheck
