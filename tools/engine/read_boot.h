// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kept_boot.h"
#include "evidence/evidence.h"
#include "expectation/expectation.h"
#include "report/results.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// A boot that is kept, read once: what it shows, and what it must show.
struct ReadBoot {
  Evidence evidence;
  Expectation expectation;
  std::string dtb;                ///< as the kernel was given it by us
  std::vector<std::string> notes; ///< as in CaseResult
  std::string trouble;            ///< why the evidence is not understood; empty if it is
  Verdict verdict;                ///< of the rules that take one boot
  double seconds = 0;             ///< that reading and judging has taken
};

/// Reads and judges it. `folder` is what findings print in front of a file. Evidence that is not
/// understood is trouble that says where, and no error.
ReadBoot read_boot(const KeptBoot &kept, const std::string &folder);

/// Judges it. Evidence that is not understood is an inconclusive verdict.
CaseResult judge_read(const KeptBoot &kept, const ReadBoot &read, const std::string &folder);

/// Both.
CaseResult judge_kept(const KeptBoot &kept, const std::string &folder);

} // namespace rmemcheck
