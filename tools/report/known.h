// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/results.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// The known faults that findings name, each once, in their order.
std::vector<std::string> faults_named_by(const RuleResult &rule);
std::vector<std::string> faults_named_by(const CaseResult &result);

/// Whether known faults explain all that a rule has found.
bool is_explained(const RuleResult &rule);

/// Whether a rule that failed is nothing against the kernel: it must fail it, known faults explain
/// all that it has found, or the kernel is as it must be nonetheless (it is told as it is, say).
bool is_excused(const CaseResult &result, const RuleResult &rule);

/// Why, in words.
std::string excuse_of(const CaseResult &result, const RuleResult &rule);

} // namespace rmemcheck
