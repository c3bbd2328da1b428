// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/rule_report.h"

#include "base/plural.h"

#include <fmt/format.h>

namespace rmemcheck {

void RuleReport::finding(const std::string &region, const std::string &expected,
                         const std::string &seen, const SourceLine &at) {
  result_.findings.push_back({"", region, expected, seen, at});
}

void RuleReport::unknown(const std::string &why) {
  add_reason(why);
  without_findings_ = Outcome::inconclusive;
}

void RuleReport::not_shown(const std::string &why) {
  add_reason(why);
  if (without_findings_ == Outcome::pass)
    without_findings_ = Outcome::skip;
}

RuleResult RuleReport::result() const {
  RuleResult result = result_;
  result.outcome = result.findings.empty() ? without_findings_ : Outcome::fail;
  return result;
}

void RuleReport::add_reason(const std::string &why) {
  result_.reason += result_.reason.empty() ? why : "; " + why;
}

RuleResult skip(const std::string &reason) {
  RuleResult result;
  result.outcome = Outcome::skip;
  result.reason = reason;
  return result;
}

RuleResult inconclusive(const std::string &reason) {
  RuleResult result;
  result.outcome = Outcome::inconclusive;
  result.reason = reason;
  return result;
}

std::string why_absent(const Evidence &evidence, const std::string &file) {
  const auto found = evidence.absences.find(file);
  return found == evidence.absences.end() ? "" : "; " + found->second.text();
}

RuleResult absent(const Evidence &evidence, const std::string &what, const std::string &file) {
  if (const auto found = evidence.absences.find(file); found != evidence.absences.end())
    return found->second.is_of_kernel
               ? skip("the kernel does not show " + what + why_absent(evidence, file))
               : inconclusive("nothing shows " + what + why_absent(evidence, file));
  if (evidence.ending == Ending::powered_off)
    return skip("the kernel does not show " + what);
  return inconclusive("the guest ended before it showed " + what);
}

std::optional<RuleResult> lacking_reserved(const Evidence &evidence) {
  return lacking(evidence, evidence.memblock_reserved, "memblock's reserved ranges",
                 "memblock-reserved");
}

std::optional<RuleResult> lacking_iomem(const Evidence &evidence) {
  return lacking(evidence, evidence.iomem, "/proc/iomem", "iomem");
}

std::string count_names(const std::vector<std::string> &names) {
  constexpr std::size_t most = 4;
  std::string list;
  for (std::size_t index = 0; index < names.size() && index < most; ++index)
    list += (index == 0 ? "" : ", ") + names[index];
  if (names.size() > most)
    list += ", ...";
  return fmt::format("{} ({})", plural(names.size(), "region"), list);
}

} // namespace rmemcheck
