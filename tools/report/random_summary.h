// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/role.h"
#include "judge/judge.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rmemcheck {

/// What trees by chance have shown: a kernel fails a rule with regions of a kind.
struct RandomFinding {
  std::string kernel;
  Role role = Role::must_pass;
  std::string rule;         ///< or panic, oops, hang; where it could not find out, "inconclusive"
  std::string kind;         ///< of region, in words: "boot-placed no-map"
  std::size_t trees = 0;    ///< that have shown it
  std::string first;        ///< name of the first one's case
  std::string again;        ///< command that boots that one again
  std::string text;         ///< the finding, of the smallest tree
  std::string source;       ///< the smallest tree; empty where it was not looked for
  std::string file;         ///< that one as a case
  std::string command;      ///< that boots it again
  std::size_t tried = 0;    ///< trees that were booted on the way to it
  bool is_at_limit = false; ///< there might have been a smaller one
};

/// A run of trees by chance, as a whole.
struct RandomSummary {
  std::uint64_t seed = 0;
  std::size_t trees = 0;    ///< that were booted
  std::size_t left_out = 0; ///< that the machine cannot serve
  std::size_t boots = 0;    ///< with those for smaller trees
  double seconds = 0;       ///< without building kernels
  std::map<std::string, std::map<std::string, std::size_t>> verdicts; ///< by kernel, by outcome
  Outcome outcome = Outcome::inconclusive;                            ///< what all of it comes to
  std::vector<RandomFinding> findings;
};

/// For people: each finding with its tree, and in the end a few lines that count.
std::string random_text(const RandomSummary &summary);

/// One of them.
std::string finding_text(const RandomFinding &finding);

} // namespace rmemcheck
