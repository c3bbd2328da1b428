// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/kunit.h"

#include "evidence/scanner.h"

namespace rmemcheck {
namespace {

/// "1..5"
std::optional<std::uint64_t> scan_plan(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.literal("1.."))
    return std::nullopt;
  const auto count = scanner.decimal();
  return count && scanner.at_end() ? count : std::nullopt;
}

/// "ok 1 NAME", "not ok 2 NAME", "ok 3 NAME # SKIP why"; before v6.1 with "- " before the name.
std::optional<KunitResult> scan_result(std::string_view text, const SourceLine &at) {
  Scanner scanner(text);
  const bool has_failed = scanner.literal("not ok ");
  if (!has_failed && !scanner.literal("ok "))
    return std::nullopt;
  const auto number = scanner.decimal();
  if (!number || !scanner.literal(" "))
    return std::nullopt;
  scanner.literal("- ");
  const auto name = scanner.word();
  if (!name)
    return std::nullopt;
  KunitResult result{std::string(*name), KunitResult::Kind::passed, at, *number};
  if (has_failed)
    result.kind = KunitResult::Kind::failed;
  else if (scanner.literal(" # SKIP"))
    result.kind = KunitResult::Kind::skipped;
  return result;
}

/// "# NAME: pass:4 fail:0 skip:1 total:5"
std::optional<KunitTotals> scan_totals(std::string_view text, const std::string &name,
                                       const SourceLine &at) {
  Scanner scanner(text);
  if (!scanner.literal("# " + name + ": pass:"))
    return std::nullopt;
  const auto passed = scanner.decimal();
  const bool has_failed = scanner.literal(" fail:");
  const auto failed = scanner.decimal();
  const bool has_skipped = scanner.literal(" skip:");
  const auto skipped = scanner.decimal();
  const bool has_all = scanner.literal(" total:");
  const auto all = scanner.decimal();
  if (!passed || !has_failed || !failed || !has_skipped || !skipped || !has_all || !all)
    return std::nullopt;
  return KunitTotals{*passed, *failed, *skipped, *all, at};
}

/// Takes the lines that follow KUnit's first one.
class KtapReader {
public:
  explicit KtapReader(const SourceLine &first) { report_.at = first; }

  void take(const SourceLine &line) {
    constexpr std::string_view level = "    ";
    const std::string_view text = line.text;
    if (text.starts_with(level))
      take_of_suite(text.substr(level.size()), line);
    else if (const auto plan = scan_plan(text))
      take_plan(*plan, line);
    else if (const auto result = scan_result(text, line))
      end_suite(*result);
    else
      take_totals(text, line);
  }

  [[nodiscard]] KunitReport report() const { return report_; }

private:
  void take_plan(std::size_t plan, const SourceLine &line) {
    report_.planned = plan;
    report_.last_line = line.line;
  }

  void take_of_suite(std::string_view text, const SourceLine &line) {
    constexpr std::string_view begin = "# Subtest: ";
    if (text.starts_with(begin))
      report_.suites.push_back({std::string(text.substr(begin.size())), 0, {}, {}, line});
    else if (report_.suites.empty())
      return;
    else if (const auto plan = scan_plan(text))
      report_.suites.back().planned = *plan;
    else if (const auto result = scan_result(text, line))
      report_.suites.back().tests.push_back(*result);
  }

  /// Before the result of the suite.
  void take_totals(std::string_view text, const SourceLine &line) {
    if (report_.suites.empty() || report_.suites.back().result)
      return;
    KunitSuite &suite = report_.suites.back();
    if (auto totals = scan_totals(text, suite.name, line))
      suite.totals = std::move(totals);
  }

  void end_suite(const KunitResult &result) {
    // Other lines of a log may begin with "ok": a result is one of a suite that has begun.
    if (report_.suites.empty() || report_.suites.back().name != result.name)
      return;
    report_.suites.back().result = result;
    report_.last_line = result.at.line;
  }

  KunitReport report_;
};

} // namespace

std::optional<KunitReport> parse_kunit(const KernelLog &log) {
  std::optional<KtapReader> reader;
  for (const SourceLine &line : log.lines) {
    if (reader)
      reader->take(line);
    else if (line.text == "KTAP version 1")
      reader.emplace(line);
  }
  return reader ? std::optional(reader->report()) : std::nullopt;
}

} // namespace rmemcheck
