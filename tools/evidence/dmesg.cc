// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/dmesg.h"

#include "evidence/damaged_line.h"
#include "evidence/lines.h"
#include "evidence/log_line.h"
#include "evidence/memory_totals.h"
#include "evidence/missing_lines.h"
#include "evidence/scanner.h"
#include "evidence/trouble.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <sstream>

namespace rmemcheck {
namespace {

constexpr std::string_view dmesg_file = "dmesg";
constexpr std::string_view reserved_memory_speaker = "OF: reserved mem: ";

/// A line of the log: where it stands, and what it says without prefixes.
struct NumberedLogLine {
  std::size_t number;
  LogLine log;

  [[nodiscard]] Line line() const { return {number, log.text}; }
};

/// "Linux version 6.12.107+deb13-arm64 (...)" is 6.12.107.
std::string parse_version(std::string_view file, const NumberedLogLine &line) {
  std::string_view version = line.log.text.substr(std::string_view("Linux version ").size());
  version = version.substr(0, version.find_first_not_of("0123456789."));
  while (version.ends_with('.'))
    version.remove_suffix(1);
  if (version.empty())
    throw not_understood(file, line.line(), "'Linux version' and a number");
  return std::string(version);
}

/// "Inode-cache hash table entries: 65536 (order: 7, 524288 bytes, linear)", which every kernel
/// prints (alloc_large_system_hash(), mm/page_alloc.c), tells bytes and 2^order pages. Nothing of
/// any other line, and of a table that is less than a page.
std::optional<std::uint64_t> told_page_size(std::string_view text) {
  constexpr std::string_view start = "Inode-cache hash table entries: ";
  constexpr std::uint64_t least = 0x1000;
  constexpr std::uint64_t most = 0x100000;
  Scanner scanner(text);
  if (!scanner.literal(start) || !scanner.decimal() || !scanner.literal(" (order: "))
    return std::nullopt;
  const auto order = scanner.decimal();
  if (!order || *order > 63 || !scanner.literal(", "))
    return std::nullopt;
  const auto bytes = scanner.decimal();
  if (!bytes || !scanner.literal(" bytes"))
    return std::nullopt;
  const std::uint64_t page = *bytes >> *order;
  if (!std::has_single_bit(page) || page < least || page > most || page << *order != *bytes)
    return std::nullopt;
  return page;
}

/// One of two words; absent for any other.
std::optional<bool> take_choice(Scanner &scanner, std::string_view if_true,
                                std::string_view if_false) {
  const auto word = scanner.word();
  if (word == if_true)
    return true;
  if (word == if_false)
    return false;
  return std::nullopt;
}

constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();

/// A range that ends with 64 bits lacks its last byte.
bool is_size_in_kib(std::uint64_t kib, const PhysicalRange &range) {
  return kib == (range.size() + (range.end == highest ? 1 : 0)) / 1024;
}

/// "0x50000000..0x4fffffff": a baseline adds without a look at the end.
std::optional<PhysicalRange> scan_wrapped(Scanner &scanner, std::uint64_t &size) {
  const auto first = scanner.hex();
  const bool is_range = scanner.literal("..");
  const auto last = scanner.hex();
  if (!first || !is_range || !last || *last >= *first)
    return std::nullopt;
  size = *last - *first + 1;
  return PhysicalRange{*first, highest};
}

/// In a phys_addr_t of 64 bits or of 32.
bool is_wrapped_size_in_kib(std::uint64_t kib, std::uint64_t size) {
  return kib == size / 1024 || kib == (size & std::numeric_limits<std::uint32_t>::max()) / 1024;
}

/// "0x...44000000..0x...4400ffff (64 KiB) nomap non-reusable NAME", KiB rounded down. The size is
/// told twice: where the two differ, the line is damaged.
std::optional<LoggedRegion> scan_logged_region(std::string_view text) {
  Scanner scanner(text);
  bool wraps = false;
  auto range = scanner.range();
  std::uint64_t size = 0;
  if (!range) {
    range = scan_wrapped(scanner, size);
    wraps = true;
  }
  if (!range || !scanner.literal(" ("))
    return std::nullopt;
  const auto kib = scanner.decimal();
  if (!kib || !(wraps ? is_wrapped_size_in_kib(*kib, size) : is_size_in_kib(*kib, *range)) ||
      !scanner.literal(" KiB) "))
    return std::nullopt;
  const auto no_map = take_choice(scanner, "nomap", "map");
  if (!no_map || !scanner.literal(" "))
    return std::nullopt;
  const auto reusable = take_choice(scanner, "reusable", "non-reusable");
  if (!reusable || !scanner.literal(" ") || scanner.at_end())
    return std::nullopt;
  return LoggedRegion{*range, *no_map, *reusable, std::string(scanner.rest()), {}, wraps};
}

/// Of what of_reserved_mem.c prints, a region line alone begins with an address.
bool is_region_line(const LogLine &line) {
  return line.from_kernel && line.text.starts_with(reserved_memory_speaker) &&
         line.text.substr(reserved_memory_speaker.size()).starts_with("0x");
}

Error damaged_region(std::string_view file, const NumberedLogLine &line) {
  return not_understood(file, line.line(),
                        "'START..END (N KiB) map|nomap reusable|non-reusable NAME'");
}

/// Nothing of a line that is damaged. What a guest sends has a name as the kernel prints it,
/// whatever that is; to what a person pastes others have added.
std::optional<LoggedRegion> parse_region(std::string_view file, const NumberedLogLine &line,
                                         bool is_pasted) {
  auto region = scan_logged_region(line.log.text.substr(reserved_memory_speaker.size()));
  if (!region || (is_pasted && !is_node_name(region->name)))
    return std::nullopt;
  region->at = source_line(file, line.line());
  return region;
}

/// One printk says "OVERLAP DETECTED!\nA (0x..--0x..) overlaps with B (0x..--0x..)".
/// The log shows two lines; the second one alone names the nodes.
std::string_view overlap_details(std::span<const NumberedLogLine> following) {
  if (following.empty())
    return {};
  std::string_view text = following.front().log.text;
  if (text.find(") overlaps with ") == std::string_view::npos)
    return {};
  // dmesg(1) indents a second line.
  return text.substr(text.find_first_not_of(' '));
}

LoggedTrouble describe_trouble(std::string_view file, const Trouble &what,
                               const NumberedLogLine &line,
                               std::span<const NumberedLogLine> following) {
  LoggedTrouble trouble{what.kind, source_line(file, line.line()), std::string(what.family)};
  if (what.kind == LoggedTrouble::Kind::overlap)
    if (const auto details = overlap_details(following); !details.empty())
      trouble.at.text.append(" ").append(details);
  return trouble;
}

std::vector<NumberedLogLine> log_lines_of(std::string_view text) {
  std::vector<NumberedLogLine> result;
  for (const Line &line : lines_of(text))
    result.push_back({line.number, parse_log_line(line.text)});
  return result;
}

bool begins_boot(const NumberedLogLine &line) {
  return line.log.from_kernel && line.log.text.starts_with("Linux version ");
}

/// "[    1.234567]" that stands behind something else, which is no prefix that is known.
bool has_hidden_time(std::string_view text) {
  constexpr std::size_t longest_prefix = 60;
  for (auto at = text.find('['); at < longest_prefix; at = text.find('[', at + 1))
    if (parse_log_line(text.substr(at)).seconds)
      return true;
  return false;
}

/// Where a prefix is not understood, no text is that is looked for. In a pasted log a second time
/// behind a first is that of another line, which has run into this one (damage_of_pasted()).
void demand_known_form(std::string_view file, const std::vector<NumberedLogLine> &lines,
                       bool is_pasted) {
  for (const NumberedLogLine &line : lines)
    if (line.log.from_kernel && has_hidden_time(line.log.text) && !(is_pasted && line.log.has_time))
      throw not_understood(file, line.line(), "a form of log line that is known");
  if (std::ranges::any_of(lines, begins_boot))
    return;
  for (const NumberedLogLine &line : lines)
    if (line.log.from_kernel && line.log.text.find("Linux version ") != std::string_view::npos)
      throw not_understood(file, line.line(), "a form of log line that is known");
}

bool tells_of_memory(const NumberedLogLine &line) {
  return line.log.from_kernel && is_memory_line(line.log.text);
}

/// One boot begins once, and its clock does not run back. Processors' clocks may differ a little.
std::string trouble_of_whole(const std::vector<NumberedLogLine> &lines) {
  constexpr double most_back = 1;
  if (std::ranges::count_if(lines, begins_boot) > 1)
    return "the kernel log holds more than one boot";
  if (std::ranges::count_if(lines, tells_of_memory) > 1)
    return "the kernel log tells more than once how much memory there is";
  double latest = 0;
  for (const NumberedLogLine &line : lines) {
    const double seconds = line.log.seconds.value_or(latest);
    if (seconds + most_back < latest)
      return fmt::format("the kernel log runs back in time at line {}", line.number);
    latest = std::max(latest, seconds);
  }
  return "";
}

/// What the rules look for stands between the line with the version and the start of init.
std::span<const NumberedLogLine> lines_of_boot(const std::vector<NumberedLogLine> &lines) {
  const auto begin = std::ranges::find_if(lines, begins_boot);
  const auto end = std::find_if(
      begin, lines.end(), [](const NumberedLogLine &line) { return ends_boot(line.log.text); });
  return {begin, end};
}

/// Whether the words of a kernel's command line keep regions, which are told at the level of
/// information, off a console (Documentation/admin-guide/kernel-parameters.txt).
bool silences_regions(std::string_view text) {
  constexpr std::string_view begin = "ommand line: ";
  constexpr std::string_view level = "loglevel=";
  const auto at = text.find(begin);
  std::istringstream words(
      std::string(at == std::string_view::npos ? "" : text.substr(at + begin.size())));
  bool is_silent = false;
  for (std::string word; words >> word;)
    if (word == "quiet")
      is_silent = true;
    else if (word.starts_with(level))
      is_silent = word.size() == level.size() + 1 && word.back() >= '0' && word.back() <= '6';
  return is_silent;
}

/// Which line says that a pasted log is a console's without what the console does not show. A
/// ring's log has the zones, which each kernel tells at the level of regions; empty where it is
/// whole.
std::string silent_console(std::string_view file, std::span<const NumberedLogLine> boot) {
  const auto asked = std::ranges::find_if(
      boot, [](const NumberedLogLine &line) { return silences_regions(line.log.text); });
  if (asked == boot.end() || std::ranges::any_of(boot, [](const NumberedLogLine &line) {
        return line.log.text.starts_with("Zone ranges:");
      }))
    return "";
  return fmt::format(
      "the log is a console's that shows no region, as {}:{} asks for: dmesg has all", file,
      asked->number);
}

/// Where a boot's log tells itself that lines of it are missing, in a pasted one by a person's mark
/// too; empty where it does not.
std::string told_gap(std::string_view file, std::span<const NumberedLogLine> boot, bool is_pasted) {
  const auto mark = std::ranges::find_if(boot, [&](const NumberedLogLine &line) {
    return tells_of_loss(line.log) ||
           (is_pasted && !line.log.has_time && is_cut_mark(line.log.text));
  });
  if (mark == boot.end())
    return is_pasted ? silent_console(file, boot) : "";
  return fmt::format("the kernel log lacks lines, as {}:{} says: {}", file, mark->number,
                     mark->log.follows_loss ? "printk messages dropped" : mark->log.text);
}

/// The trace of a trouble that was told before it is no second one.
bool belongs_to_last(const Trouble &trouble, const NumberedLogLine &line, const KernelLog &log) {
  constexpr std::size_t lines_of_a_report = 60;
  return trouble.family.starts_with("call trace") && !log.troubles.empty() &&
         log.troubles.back().kind != LoggedTrouble::Kind::reserved_memory_error &&
         line.number - log.troubles.back().at.line < lines_of_a_report;
}

void take_region(KernelLog &log, std::string_view name, const NumberedLogLine &line,
                 bool is_pasted) {
  if (auto region = parse_region(name, line, is_pasted))
    log.regions.push_back(std::move(*region));
  else if (!is_pasted)
    throw damaged_region(name, line);
}

/// Which line of a pasted log is damaged, so that what it said may be missing; empty: none is.
std::string damage_of_pasted(std::string_view file, const std::vector<NumberedLogLine> &lines) {
  for (const NumberedLogLine &line : lines)
    if (is_region_line(line.log) && !parse_region(file, line, true))
      return fmt::format("the kernel log is damaged: {}", damaged_region(file, line).what());
  for (const NumberedLogLine &line : lines_of_boot(lines))
    if (line.log.from_kernel && hides_line(line.log.text))
      return fmt::format(
          "the kernel log is damaged: {}",
          not_understood(file, line.line(), "a whole line, and no other in it").what());
  return "";
}

/// What the lines of one file say. A region's line that is damaged is could_not_find_out; of a
/// pasted log it is left out (damage_of_pasted()).
KernelLog read_log(std::string_view name, const std::vector<NumberedLogLine> &lines,
                   bool is_pasted) {
  KernelLog log;
  log.lines.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const NumberedLogLine &line = lines[i];
    log.lines.push_back(source_line(name, line.line()));
    if (line.log.from_kernel && is_at_error_level(line.log))
      log.errors.push_back(log.lines.back());
    if (log.version.empty() && begins_boot(line))
      log.version = parse_version(name, line);
    else if (const auto size = told_page_size(line.log.text); size && line.log.from_kernel)
      log.page_size = *size;
    else if (is_region_line(line.log))
      take_region(log, name, line, is_pasted);
    else if (const auto trouble = trouble_of(line.log);
             trouble && !belongs_to_last(*trouble, line, log))
      log.troubles.push_back(
          describe_trouble(name, *trouble, line, std::span(lines).subspan(i + 1)));
  }
  return log;
}

KernelLog parse_log(std::string_view file, std::string_view text, bool is_pasted) {
  const std::vector<NumberedLogLine> lines = log_lines_of(text);
  demand_known_form(file, lines, is_pasted);
  KernelLog log = read_log(file, lines, is_pasted);
  log.is_cut = !text.ends_with('\n');
  log.trouble = trouble_of_whole(lines);
  if (log.trouble.empty())
    log.trouble = told_gap(file, lines_of_boot(lines), is_pasted);
  if (log.trouble.empty() && is_pasted)
    log.trouble = damage_of_pasted(file, lines);
  return log;
}

} // namespace

KernelLog parse_dmesg(std::string_view text) { return parse_log(dmesg_file, text, false); }

KernelLog parse_pasted_log(std::string_view text, const std::string &file) {
  return parse_log(file, text, true);
}

// run_init_process() of init/main.c says the first, kernel_power_off() the other.
bool ends_boot(std::string_view text) {
  return text.find(" as init process") != std::string_view::npos || text.starts_with("reboot: ");
}

KernelLog parse_console_after(std::string_view console, const KernelLog &log) {
  std::vector<NumberedLogLine> lines = log_lines_of(console);
  std::map<std::string_view, std::size_t> ends; // behind the last of that text
  for (std::size_t index = 0; index < lines.size(); ++index)
    if (lines[index].log.has_time)
      ends[lines[index].log.text] = index + 1;
  // The last of the log that the console has, too: traces share lines with later ones.
  const auto last = std::find_if(log.lines.rbegin(), log.lines.rend(),
                                 [&](const SourceLine &line) { return ends.contains(line.text); });
  if (last != log.lines.rend())
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(ends.at(last->text)));
  return read_log("console.log", lines, false);
}

bool says(const KernelLog &log, std::string_view text) {
  return std::ranges::any_of(
      log.lines, [&](const SourceLine &line) { return line.text.find(text) != std::string::npos; });
}

std::string lack_of_levels(std::string_view dmesg) {
  const std::vector<NumberedLogLine> lines = log_lines_of(dmesg);
  const auto without =
      std::ranges::find_if(lines, [](const NumberedLogLine &line) { return !line.log.level; });
  return without == lines.end()
             ? ""
             : fmt::format("the kernel log lacks the level of line {}", without->number);
}

std::string disagreement(std::string_view console, std::string_view dmesg, unsigned console_level) {
  const std::vector<NumberedLogLine> shown = log_lines_of(console);
  const std::vector<NumberedLogLine> kept = log_lines_of(dmesg);
  std::set<std::string_view> on_console;
  std::set<std::string_view> in_log;
  for (const NumberedLogLine &line : shown)
    on_console.insert(line.log.text);
  for (const NumberedLogLine &line : kept)
    in_log.insert(line.log.text);
  for (const NumberedLogLine &line : kept)
    if (line.log.from_kernel && line.log.level && *line.log.level < console_level &&
        !on_console.contains(line.log.text))
      return fmt::format("dmesg:{} is not on the console: {}", line.number, line.log.text);
  // What comes later the log has not seen.
  const auto last = std::find_if(kept.rbegin(), kept.rend(), [](const NumberedLogLine &line) {
    return line.log.seconds.has_value();
  });
  const double end = last == kept.rend() ? 0 : *last->log.seconds;
  for (const NumberedLogLine &line : shown)
    if (line.log.seconds && *line.log.seconds <= end && !in_log.contains(line.log.text))
      return fmt::format("console.log:{} is not in dmesg: {}", line.number, line.log.text);
  return "";
}

} // namespace rmemcheck
