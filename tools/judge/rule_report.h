// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/judge.h"

#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// Gathers what one rule finds, and what it could not find out.
class RuleReport {
public:
  void finding(const std::string &region, const std::string &expected, const std::string &seen,
               const SourceLine &at = {});
  /// Something that the evidence should show and does not.
  void unknown(const std::string &why);
  /// Something that evidence of this kind cannot show.
  void not_shown(const std::string &why);
  /// fail with findings; else inconclusive if something is unknown; else skip if something could
  /// not be shown; else pass.
  [[nodiscard]] RuleResult result() const;

private:
  void add_reason(const std::string &why);

  RuleResult result_;
  Outcome without_findings_ = Outcome::pass;
};

RuleResult skip(const std::string &reason);
RuleResult inconclusive(const std::string &reason);

/// Evidence of a kind that is not there at all: the rule is skipped, because this kernel cannot
/// show it, or inconclusive, because the guest ended before it could or something stood in the way.
/// `file` is what it would be in.
RuleResult absent(const Evidence &evidence, const std::string &what, const std::string &file);

/// "; " and why the piece is not there, with what helps; empty where nobody knows.
std::string why_absent(const Evidence &evidence, const std::string &file);

/// Nothing if there are entries to judge by. An empty list proves nothing: inconclusive.
template <typename Entry>
std::optional<RuleResult> lacking(const Evidence &evidence,
                                  const std::optional<std::vector<Entry>> &entries,
                                  const std::string &what, const std::string &file) {
  if (!entries)
    return absent(evidence, what, file);
  if (entries->empty())
    return inconclusive(what + " shows nothing at all");
  return std::nullopt;
}

/// The same of what several rules ask: memblock's reserved ranges, and /proc/iomem.
std::optional<RuleResult> lacking_reserved(const Evidence &evidence);
std::optional<RuleResult> lacking_iomem(const Evidence &evidence);

/// "3 regions (a, b, c)", with at most a few names.
std::string count_names(const std::vector<std::string> &names);

} // namespace rmemcheck
