// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_version.h"

#include <cstdio>
#include <optional>
#include <utility>

namespace rmemcheck {
namespace {

std::optional<std::pair<int, int>> major_minor(const std::string &version) {
  int major = 0;
  int minor = 0;
  if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2)
    return std::nullopt;
  return std::pair(major, minor);
}

} // namespace

bool is_older(const std::string &version, const std::string &other) {
  const auto one = major_minor(version);
  const auto two = major_minor(other);
  return one && two && *one < *two;
}

} // namespace rmemcheck
