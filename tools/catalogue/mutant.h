// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// Where a mutant must be seen.
struct Demand {
  std::string machine;
  std::string case_name;
  std::vector<std::string> rules; ///< or how the boot ends: panic, oops, hang
};

/// A patch that breaks a kernel on purpose (CONTRIBUTING.md). Its head says what is demanded.
struct Mutant {
  std::filesystem::path patch;
  std::string title;
  std::vector<std::uint64_t> hazards;
  std::vector<Demand> demands;
  std::vector<std::string> config;          ///< Kconfig lines beyond the machine's
  std::vector<std::filesystem::path> below; ///< patches that it stands on
  std::string series;                       ///< folder of patches/ that it is made for; empty: any
};

/// Reads the head of a mutant's patch. One that is wrong is bad_input with file and line.
Mutant read_mutant(const std::filesystem::path &patch);

} // namespace rmemcheck
