// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/counts.h"

#include "base/error.h"
#include "base/file.h"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>

namespace rmemcheck {
namespace {

bool is_span(Work work) { return work == Work::early || work == Work::late; }

/// One line of the plugin's.
struct Tally {
  Work work{};
  std::uint64_t calls = 0;
  std::uint64_t instructions = 0;
};

std::uint64_t &share_of(Counts &counts, Work work) {
  switch (work) {
  case Work::early:
    return counts.early;
  case Work::late:
    return counts.late;
  case Work::insertion:
    return counts.insertion;
  case Work::search:
    return counts.search;
  case Work::logging:
    break;
  }
  return counts.logging;
}

Tally parse_tally(const std::string &line, const std::vector<WatchedFunction> &watched) {
  std::istringstream words(line);
  std::string kind;
  std::string span;
  std::string name;
  Tally tally;
  words >> kind >> span;
  if (kind == "part")
    words >> name;
  else
    name = span;
  words >> tally.calls >> tally.instructions;
  const auto found = std::ranges::find(watched, name, &WatchedFunction::name);
  if (words.fail() || found == watched.end() || is_span(found->work) != (kind == "span"))
    throw could_not_find_out(
        fmt::format("the plugin's counts: \"{}\": expected \"span NAME CALLS INSTRUCTIONS\" or "
                    "\"part SPAN NAME CALLS INSTRUCTIONS\" of what is watched",
                    line));
  tally.work = found->work;
  return tally;
}

bool has(const std::vector<WatchedFunction> &watched, Work work) {
  return std::ranges::find(watched, work, &WatchedFunction::work) != watched.end();
}

} // namespace

std::string watch_text(const std::vector<WatchedFunction> &watched) {
  std::string text;
  for (const WatchedFunction &each : watched)
    text +=
        fmt::format("{:x} {} {}\n", each.address, is_span(each.work) ? "span" : "part", each.name);
  return text;
}

std::optional<Counts> parse_counts(std::string_view text,
                                   const std::vector<WatchedFunction> &watched) {
  Counts counts;
  for (const std::string &line : split_lines(text)) {
    const Tally tally = parse_tally(line, watched);
    share_of(counts, tally.work) += tally.instructions;
  }
  if (counts.early == 0 || (counts.late == 0 && has(watched, Work::late)))
    return std::nullopt;
  return counts;
}

} // namespace rmemcheck
