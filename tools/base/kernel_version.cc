// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_version.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <optional>

namespace rmemcheck {
namespace {

/// How a version compares to another one, by as many numbers as that has; nothing if it has fewer
/// and these are the same.
std::optional<std::strong_ordering> compare(const std::string &version, const std::string &other) {
  KernelVersion one = parse_kernel_version(version);
  KernelVersion two = parse_kernel_version(other);
  const bool has_fewer = one.size() < two.size();
  one.resize(std::min(one.size(), two.size()));
  two.resize(one.size());
  const std::strong_ordering order = one <=> two;
  if (has_fewer && order == std::strong_ordering::equal)
    return std::nullopt;
  return order;
}

} // namespace

KernelVersion parse_kernel_version(const std::string &text) {
  KernelVersion version;
  for (const char *at = text.data(), *const end = at + text.size(); at != end; ++at) {
    unsigned number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc())
      break;
    version.push_back(number);
    at = rest;
    if (at == end || *at != '.')
      break;
  }
  return version;
}

bool is_older(const std::string &version, const std::string &other) {
  const auto order = compare(version, other);
  return order && std::is_lt(*order);
}

bool is_since(const std::string &version, const std::string &other) {
  const auto order = compare(version, other);
  return order && std::is_gteq(*order);
}

} // namespace rmemcheck
