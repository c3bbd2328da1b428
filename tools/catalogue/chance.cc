// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/chance.h"

#include <limits>

namespace rmemcheck {
namespace {

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring numbers get far apart.
std::uint64_t scattered(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
  number = (number ^ number >> 27) * 0x94d049bb133111eb;
  return number ^ number >> 31;
}

} // namespace

Chance::Chance(std::uint64_t seed, std::uint64_t index)
    : engine_(scattered(scattered(seed) ^ index)) {}

std::uint64_t Chance::below(std::uint64_t count) {
  constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t end = highest - highest % count; // what is beyond would favour low numbers
  std::uint64_t number = engine_();
  while (number >= end)
    number = engine_();
  return number % count;
}

} // namespace rmemcheck
