// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace rmemcheck {

/// Whether one of the words is that one.
inline bool contains(const std::vector<std::string> &words, const std::string &word) {
  return std::ranges::find(words, word) != words.end();
}

} // namespace rmemcheck
