// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace rmemcheck {

/// Numbers by chance that are the same on every machine and with every C++ library: what
/// std::mt19937_64 gives is laid down, how a std:: distribution uses it is not.
class Chance {
public:
  /// Of the same two numbers come the same ones for ever, whatever came of others.
  Chance(std::uint64_t seed, std::uint64_t index);

  /// 0 to `count` - 1, each as likely; `count` is at least 1.
  std::uint64_t below(std::uint64_t count);
  /// True so many times in a hundred.
  bool percent(unsigned share) { return below(100) < share; }
  /// One of them, each as likely; there is at least one.
  template <typename Each> const Each &one_of(const std::vector<Each> &all) {
    return all[below(all.size())];
  }
  std::uint64_t one_of(std::initializer_list<std::uint64_t> all) {
    return *(all.begin() + below(all.size()));
  }

private:
  std::mt19937_64 engine_;
};

} // namespace rmemcheck
