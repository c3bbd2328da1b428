// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/plural.h"
#include "evidence/dmesg.h"
#include "judge/mapped_pool.h"
#include "judge/refused_cma.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace rmemcheck {
namespace {

/// The words of a message without the quotes and brackets around them.
std::vector<std::string> words_of(const std::string &text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    while (word.ends_with(':') || word.ends_with(','))
      word.pop_back();
    if (!word.empty())
      words.push_back(word);
    word.clear();
  };
  for (const char letter : text) {
    if (std::string_view(" '\"()\n").find(letter) == std::string_view::npos)
      word += letter;
    else
      finish();
  }
  finish();
  return words;
}

/// Tuples that the kernel must refuse with a word. A placeholder is there to be placed.
std::size_t refused_tuples(const ExpectedRegion &region) {
  const bool is_placed = is_boot_placed(region);
  return static_cast<std::size_t>(
      std::ranges::count_if(region.refused_tuples, [&](const PhysicalRange &tuple) {
        return !(is_placed && tuple.empty());
      }));
}

/// Nodes that the kernel must complain of, and how often: once a tuple that it must refuse, and of
/// one that it then finds no place for once more. Of a pool that makes way for "cma=" it may, of an
/// alignment that it rounds, of a tuple of alloc-ranges that it passes over, and of a placeholder.
std::map<std::string, std::size_t> expected_complaints(const Expectation &expectation) {
  std::map<std::string, std::size_t> complaints;
  for (const ExpectedRegion &region : expectation.regions) {
    const std::size_t tuples = refused_tuples(region);
    if (region.bypassed || region.is_alignment_rounded || tuples < region.refused_tuples.size() ||
        region.windows.size() < region.node.alloc_ranges.size())
      complaints[region.node.name] += 0;
    if (region.must_be_named)
      complaints[region.node.name] += 1;
    if (region.fate == Fate::refused && !region.bypassed)
      complaints[region.node.name] += region.range ? std::max<std::size_t>(tuples, 1) : tuples + 1;
    else if (takes_memory(region) && tuples > 0)
      complaints[region.node.name] += tuples;
  }
  return complaints;
}

std::set<std::string> names_of(const Expectation &expectation) {
  std::set<std::string> names;
  for (const ExpectedRegion &region : expectation.regions)
    names.insert(region.node.name);
  return names;
}

/// The first word of a message that is among `names`, or nothing.
template <typename Names> std::string first_name(const std::string &text, const Names &names) {
  for (const std::string &word : words_of(text))
    if (names.contains(word))
      return word;
  return "";
}

/// __reserved_mem_init_node()'s caller prints "node NAME compatible matching fail" where an init
/// function refuses; some of them say why in the line before, without a name. Returns NAME.
std::string init_failure(const std::string &text) {
  if (text.find("compatible matching fail") == std::string::npos)
    return "";
  const std::vector<std::string> words = words_of(text);
  const auto node = std::ranges::find(words, "node");
  return node == words.end() || node + 1 == words.end() ? "" : *(node + 1);
}

/// Whether it is why an init function refuses a node, without its name (kernel/dma/).
bool is_reason(const std::string &text) {
  constexpr std::string_view reasons[] = {"Reserved memory: incorrect alignment of CMA region",
                                          "Reserved memory: CMA region at ",
                                          "Reserved memory: regions without no-map are not yet"};
  return std::ranges::any_of(reasons,
                             [&](std::string_view reason) { return text.starts_with(reason); });
}

/// Whether something else is where a region should be: the kernel itself, its tree, the initrd, and
/// regions that boot has placed before.
bool is_of_want_of_room(const std::string &text) {
  return text.find("failed to reserve memory") != std::string::npos ||
         text.find("failed to allocate memory") != std::string::npos;
}

/// Pools that make way for an area of the command line, where that is what a log with a gap lacks.
std::set<std::string> may_be_bypassed(const Expectation &expectation, const Evidence &evidence) {
  std::set<std::string> names;
  if (!expectation.is_live || log_gap(evidence).empty() ||
      says(evidence.log, "Kernel command line: "))
    return names;
  for (const ExpectedRegion &region : expectation.regions)
    if (region.cma && region.node.cma_default)
      names.insert(region.node.name);
  return names;
}

/// Sorts the errors of a log into those that the tree leads to and others.
class ErrorSorter {
public:
  ErrorSorter(const Expectation &expectation, const Evidence &evidence)
      : log_(evidence.log), gap_(log_gap(evidence)), expected_(expected_complaints(expectation)),
        names_(names_of(expectation)), may_be_bypassed_(may_be_bypassed(expectation, evidence)),
        may_lack_names_(expectation.is_live && !gap_.empty()),
        must_be_unsupported_(expectation.is_format_unsupported),
        has_early_reasons_(expectation.refuses_before_reserving &&
                           std::ranges::any_of(expectation.regions, &ExpectedRegion::given_back)),
        shows_no_places_(expectation.taken.empty() && !evidence.memblock_reserved) {}

  void sort(RuleReport &report) {
    for (const LoggedTrouble &trouble : log_.troubles)
      if (trouble.kind == LoggedTrouble::Kind::reserved_memory_error && !is_expected(trouble.at))
        take_error(report, trouble.at);
    for (const SourceLine &line : log_.lines)
      if (const std::string name = init_failure(line.text); !name.empty())
        take_init_failure(report, name, line);
    if (!in_the_way_.empty())
      report.unknown("nothing shows what of the kernel's own lies in the way of " +
                     count_names(in_the_way_));
    report_silent(report);
  }

private:
  bool is_expected(const SourceLine &at) {
    if (must_be_unsupported_ && at.text.find("unsupported node format") != std::string::npos) {
      said_unsupported_ = true;
      return true;
    }
    if (const std::string name = first_name(at.text, expected_); !name.empty()) {
      ++seen_[name];
      return true;
    }
    const std::string next = init_failure(text_after(at));
    return expected_.contains(next) || (has_early_reasons_ && is_reason(at.text));
  }

  /// A reason without the line behind it, which names the node, in a log that lacks lines.
  [[nodiscard]] bool is_name_missing(const SourceLine &at) const {
    return may_lack_names_ && !expected_.empty() && is_reason(at.text) &&
           init_failure(text_after(at)).empty();
  }

  void take_error(RuleReport &report, const SourceLine &at) {
    const std::string name = first_name(at.text, names_);
    if (is_name_missing(at))
      report.unknown(fmt::format("{}, and may lack the node of \"{}\"", gap_, at.text));
    else if (shows_no_places_ && !name.empty() && is_of_want_of_room(at.text))
      in_the_way_.push_back(name);
    else
      report.finding(name, "no error", at.text, at);
  }

  void take_init_failure(RuleReport &report, const std::string &name, const SourceLine &line) {
    if (expected_.contains(name))
      ++seen_[name];
    else if (may_be_bypassed_.contains(name))
      report.unknown(
          fmt::format("{}, and has no command line, for whose area {} may make way", gap_, name));
    else
      report.finding(name, "accepted by its init function", line.text, line);
  }

  [[nodiscard]] std::string text_after(const SourceLine &at) const {
    const auto next = std::ranges::upper_bound(log_.lines, at.line, {}, &SourceLine::line);
    return next == log_.lines.end() ? "" : next->text;
  }

  void report_silent(RuleReport &report) {
    std::vector<std::string> silent;
    for (const auto &[name, count] : expected_)
      if (seen_[name] < count) {
        silent.push_back(name);
        if (gap_.empty())
          report.finding(name, "named in " + plural(count, "error"),
                         fmt::format("named in {}", seen_[name]));
      }
    if (must_be_unsupported_ && !said_unsupported_) {
      silent.emplace_back("/reserved-memory");
      if (gap_.empty())
        report.finding("", "an error: /reserved-memory is not of a format that the kernel reads",
                       "no such error");
    }
    if (!gap_.empty())
      report.unknown(silent.empty() ? gap_
                                    : gap_ + ", and has no error for " + count_names(silent));
  }

  const KernelLog &log_;
  const std::string gap_;
  const std::map<std::string, std::size_t> expected_;
  const std::set<std::string> names_;
  const std::set<std::string> may_be_bypassed_;
  const bool may_lack_names_;
  const bool must_be_unsupported_;
  const bool has_early_reasons_;
  const bool shows_no_places_;
  std::vector<std::string> in_the_way_; ///< names of regions that something may be in the way of
  bool said_unsupported_ = false;
  std::map<std::string, std::size_t> seen_;
};

using NamePair = std::pair<std::string, std::string>;

/// The sort order of two equal ranges is the kernel's own: a pair has no first and second.
NamePair pair_of(const std::string &a, const std::string &b) { return std::minmax(a, b); }

/// "... A (0x..--0x..) overlaps with B (0x..--0x..)": A and B, or nothing if it does not say so.
std::optional<NamePair> overlapping_pair(const std::string &text) {
  const std::vector<std::string> words = words_of(text);
  const auto verb = std::ranges::find(words, "overlaps");
  if (verb - words.begin() < 2 || words.end() - verb < 3)
    return std::nullopt;
  return pair_of(*(verb - 2), *(verb + 2));
}

void compare_overlaps(RuleReport &report, const Expectation &expectation,
                      const Evidence &evidence) {
  std::set<NamePair> expected;
  for (const ExpectedOverlap &overlap : expectation.overlaps)
    expected.insert(pair_of(overlap.first, overlap.second));
  std::set<NamePair> seen;
  for (const LoggedTrouble &trouble : evidence.log.troubles) {
    if (trouble.kind != LoggedTrouble::Kind::overlap)
      continue;
    const auto pair = overlapping_pair(trouble.at.text);
    if (!pair)
      report.unknown("an overlap line does not say of what: " + trouble.at.text);
    else if (!expected.contains(*pair))
      report.finding(pair->first, "no overlap", trouble.at.text, trouble.at);
    else
      seen.insert(*pair);
  }
  if (!log_gap(evidence).empty() || expectation.recording == Recording::no_tree)
    return; // reported once, with the errors; the array is what is looked through
  for (const ExpectedOverlap &overlap : expectation.overlaps)
    if (overlap.required && !seen.contains(pair_of(overlap.first, overlap.second)))
      report.finding(overlap.first, "an error: overlaps with " + overlap.second, "no such error");
}

/// Without a tree nothing tells whether two regions may lie over one another: the log's own word
/// for their places is enough to tell that they do.
void compare_logged_places(RuleReport &report, const std::vector<LoggedRegion> &regions) {
  for (auto one = regions.begin(); one != regions.end(); ++one)
    for (auto other = regions.begin(); other != one; ++other)
      if (one->range.overlaps(other->range) &&
          (one->name != other->name || one->range != other->range))
        report.finding(one->name, "no overlap",
                       fmt::format("{} overlaps with {} ({})", to_string(one->range), other->name,
                                   to_string(other->range)),
                       one->at);
}

/// A line that has those words and names the region.
void demand_line(RuleReport &report, const ExpectedRegion &region, const KernelLog &log,
                 std::string_view words, const std::string &expected) {
  const auto says_so = [&](const SourceLine &line) {
    return line.text.find(words) != std::string::npos &&
           !first_name(line.text, std::set<std::string>{region.node.name}).empty();
  };
  if (std::ranges::none_of(log.lines, says_so))
    report.finding(region.node.name, expected, "no such line");
}

/// An alignment that is not what the tree says is told, and what is left of a reg, and of whom.
void demand_warnings(RuleReport &report, const Expectation &expectation, const Evidence &evidence) {
  if (!log_gap(evidence).empty())
    return; // reported once, with the errors
  for (const ExpectedRegion &region : expectation.regions) {
    if (!takes_memory(region))
      continue;
    if (region.is_alignment_rounded)
      demand_line(report, region, evidence.log, "alignment",
                  fmt::format("a warning: its alignment is raised to {:#x}", region.alignment));
    if (region.is_cut_to_first_tuple)
      demand_line(report, region, evidence.log, "only the first is used",
                  "a warning: only the first tuple of its reg is used");
  }
}

/// Reserved memory is set up long before the guest sends its log: what complains of it afterwards,
/// on the console, complains of what no tree leads to.
void demand_silence_afterwards(RuleReport &report, const KernelLog &after) {
  for (const LoggedTrouble &trouble : after.troubles)
    if (trouble.kind == LoggedTrouble::Kind::reserved_memory_error ||
        trouble.kind == LoggedTrouble::Kind::overlap)
      report.finding("", "no error after the log", trouble.at.text, trouble.at);
}

bool is_crash(LoggedTrouble::Kind kind) {
  return kind == LoggedTrouble::Kind::warning || kind == LoggedTrouble::Kind::bug ||
         kind == LoggedTrouble::Kind::oops || kind == LoggedTrouble::Kind::panic;
}

/// Whether a warning is about what the processor lacks. MIPS has a few registers for the pieces of
/// RAM that it may speculate in, and says so where there are more pieces: each no-map region makes
/// one more, on any kernel.
bool is_of_processor(const LoggedTrouble &trouble) {
  return trouble.kind == LoggedTrouble::Kind::warning &&
         trouble.at.text.find(" at arch/mips/mm/init.c:") != std::string::npos &&
         trouble.at.text.find(" maar_res_walk+0x") != std::string::npos;
}

/// The kernel's own area, where the tree's pools have taken all that there may be, or where the
/// command line asks for one that cannot be.
bool is_shortage_of_areas(const LoggedTrouble &trouble, const Expectation &expectation) {
  return trouble.at.text.starts_with("cma: Failed to reserve ") &&
         (has_many_cma_pools(expectation) || expectation.is_cmdline_cma_without_room);
}

/// memremap() of a pool in RAM, on behalf of a device that is to use it, or what that calls.
bool is_of_mapped_pool(const LoggedTrouble &trouble, const Expectation &expectation,
                       const Evidence &evidence) {
  constexpr std::string_view refusals[] = {
      " memremap+0x", " at arch/arm64/mm/ioremap.c:", " at arch/arm/mm/ioremap.c:"};
  if (trouble.kind != LoggedTrouble::Kind::warning ||
      std::ranges::none_of(refusals, [&](std::string_view refusal) {
        return trouble.at.text.find(refusal) != std::string::npos;
      }))
    return false;
  const Sightings sightings(expectation, evidence);
  return std::ranges::any_of(expectation.consumers, [&](const ExpectedConsumer &consumer) {
    return !consumer.region.empty() && is_mapped_coherent_pool(expectation.regions[consumer.index],
                                                               sightings, expectation.page_size);
  });
}

/// safe_name() (drivers/of/kobj.c) tries 16 names for nodes that share one, and sysfs dumps a call
/// trace of the next one: the first behind its line, and at most a stack (um) lies between.
bool is_of_namesakes(const LoggedTrouble &trouble, const KernelLog &log) {
  constexpr std::ptrdiff_t most_lines_between = 6;
  constexpr std::string_view duplicate =
      "cannot create duplicate filename '/firmware/devicetree/base/reserved-memory";
  const auto trace = std::ranges::lower_bound(log.lines, trouble.at.line, {}, &SourceLine::line);
  const auto says = [](std::string_view text) {
    return [text](const SourceLine &each) { return each.text.find(text) != std::string::npos; };
  };
  const auto above =
      trace - std::min<std::ptrdiff_t>(most_lines_between + 1, trace - log.lines.begin());
  const auto line = std::find_if(above, trace, says(duplicate));
  return line != trace && std::none_of(line, trace, says("Call trace:")) &&
         std::none_of(line, trace, says("Call Trace:"));
}

} // namespace

RuleResult check_known_errors(const Expectation &expectation, const Evidence &evidence) {
  RuleReport report;
  ErrorSorter(expectation, evidence).sort(report);
  compare_overlaps(report, expectation, evidence);
  if (!expectation.is_tree_known)
    compare_logged_places(report, evidence.log.regions);
  demand_warnings(report, expectation, evidence);
  demand_silence_afterwards(report, evidence.after_log);
  return report.result();
}

RuleResult check_no_warning(const Expectation &expectation, const Evidence &evidence) {
  RuleReport report;
  for (const std::string &text : expectation.must_log)
    if (!says(evidence.log, text))
      report.unknown(
          fmt::format("no line says \"{}\": the silence of the rest shows nothing", text));
  for (const KernelLog *log : {&evidence.log, &evidence.after_log})
    for (const LoggedTrouble &trouble : log->troubles)
      if (is_crash(trouble.kind) && !is_of_processor(trouble) &&
          !is_shortage_of_areas(trouble, expectation) &&
          !is_of_mapped_pool(trouble, expectation, evidence) && !is_of_namesakes(trouble, *log))
        report.finding("", "no " + trouble.family, trouble.at.text, trouble.at);
  if (const std::string gap = log_gap(evidence); !gap.empty())
    report.unknown(gap);
  return report.result();
}

} // namespace rmemcheck
