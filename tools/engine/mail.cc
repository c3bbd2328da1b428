// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/mail.h"

#include "base/error.h"
#include "base/file.h"
#include "base/plural.h"
#include "base/printable.h"
#include "base/process.h"
#include "engine/changes.h"
#include "engine/kept_boot.h"
#include "engine/page.h"
#include "evidence/dmesg.h"
#include "report/text.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <regex>
#include <sstream>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mail_width = 72;
/// Of a log that two kernels do not share; whoever wants more has the run.
constexpr std::size_t most_lines = 12;
/// A column of the table, for a kernel's name or "64 of 65 known".
constexpr std::size_t cell_width = 14;

/// Paths as whoever reads the mail may have them: relative to the working folder, or below "~".
std::string without_homes(std::string text) {
  static const std::regex homes("(^|[\\s='\":,(])(/root|/home/[^/\\s]+|/Users/[^/\\s]+)(?=/)");
  const auto replace_all = [&](const std::string &path, const std::string &by) {
    if (path.size() < 3) // "/" and ""
      return;
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at))
      text.replace(at, path.size(), by);
  };
  std::error_code error;
  replace_all(fs::current_path(error).string() + '/', "");
  const char *home = std::getenv("HOME");
  replace_all(fs::path(home == nullptr ? "" : home).lexically_normal().string() + '/', "~/");
  return std::regex_replace(text, homes, "$1~");
}

/// A file of the cache by its name: the folder's key is wider than a mail, and means nothing on
/// another machine.
std::string without_cache(const std::string &word) {
  static const std::regex entry("[^\\s=,]*/rmemcheck/[a-z]+/[0-9a-f]{64}/");
  return std::regex_replace(word, entry, "");
}

/// A kernel of this kit's own building: nobody knows of another what is in it.
bool is_built_here(const KernelResult &kernel) { return kernel.patchset.has_value(); }

/// A boot image; a package has a title.
bool is_image(const KernelResult &kernel) {
  return !is_built_here(kernel) && kernel.trouble.empty() && kernel.title.empty();
}

/// The boots of one case, in the order of the kernels.
using BootsOfCase = std::vector<const CaseResult *>;

class Mail {
public:
  explicit Mail(const KeptRun &run) : run_(run), results_(run.results) {
    for (const CaseResult &each : results_.cases) {
      if (!by_case_.contains(each.name))
        names_.push_back(each.name);
      by_case_[each.name].push_back(&each);
    }
  }

  std::string operator()() {
    add_head();
    add_table();
    add_log();
    add_findings();
    add_again();
    return text_;
  }

private:
  void add(const std::string &line, std::size_t indent = 0) {
    text_ += wrapped(printable(without_homes(line)), mail_width, indent) + '\n';
  }

  void add_head() {
    std::string summary = summary_text(results_, {});
    summary.pop_back();
    add(fmt::format("Reserved memory on {}: {}", results_.machine, summary), 2);
    text_ += '\n';
    for (const KernelResult &kernel : results_.kernels)
      add_kernel(kernel);
    if (!results_.tree.empty())
      add(fmt::format("{:<10} {}", "tree", results_.tree), 11);
    if (!results_.series.empty())
      add(fmt::format("{:<10} patches/{}", "series", results_.series), 11);
    if (std::ranges::any_of(results_.kernels, is_built_here))
      add(fmt::format("{:<10} {}, Kconfig.fragment and machines/{}.toml of rmemcheck {}", "config",
                      results_.config.empty() ? "allnoconfig" : results_.config, results_.machine,
                      results_.tool_version),
          11);
    else
      add(fmt::format("{:<10} rmemcheck {}, machine {}", "tool", results_.tool_version,
                      results_.machine),
          11);
  }

  void add_kernel(const KernelResult &kernel) {
    std::string text = fmt::format("{:<10} Linux {}{}{}", kernel.name,
                                   kernel.version.empty() ? "?" : kernel.version,
                                   kernel.spec.empty() ? "" : ", " + kernel.spec,
                                   kernel.title.empty() ? "" : ", \"" + kernel.title + '"');
    if (!kernel.trouble.empty())
      text += ", not to be had: " + split_lines(kernel.trouble).front();
    else if (!is_built_here(kernel))
      text += ", built elsewhere, with a configuration of " +
              (is_image(kernel) && !results_.config.empty() ? results_.config : "its own");
    add(text, 11);
    for (const std::string &module : words_of(kernel.modules))
      add(fmt::format("{:<10} {}", "module", module), 11);
  }

  static bool is_plain(const BootsOfCase &boots) {
    return std::ranges::all_of(boots, [&](const CaseResult *each) {
      return each->verdict.outcome == Outcome::pass &&
             each->verdict.regions_recorded == boots.front()->verdict.regions_recorded;
    });
  }

  void add_table() {
    std::size_t plain = 0;
    std::size_t width = 4;
    for (const std::string &name : names_)
      is_plain(by_case_[name]) ? void(++plain) : void(width = std::max(width, name.size()));
    text_ += '\n';
    if (plain < names_.size())
      has_room(width) ? add_columns(width) : add_lists();
    if (plain == 0)
      return;
    text_ += plain < names_.size() ? "\n" : "";
    add(plain == 1
            ? "1 case passes on every kernel that it was booted on, with the same number of "
              "regions."
            : fmt::format("{} cases pass on every kernel that they were booted on, each with "
                          "the same number of regions.",
                          plain));
  }

  /// Whether a column for each kernel fits beside the names of cases.
  [[nodiscard]] bool has_room(std::size_t width) const {
    return 2 + width + results_.kernels.size() * (cell_width + 2) <= mail_width &&
           results_.kernels.size() <= 2 &&
           std::ranges::all_of(results_.kernels, [](const KernelResult &kernel) {
             return kernel.name.size() <= cell_width;
           });
  }

  /// A column for each kernel.
  void add_columns(std::size_t width) {
    std::string head = fmt::format("{:<{}}", "case", width);
    for (const KernelResult &kernel : results_.kernels)
      head += fmt::format("  {:<{}}", kernel.name, cell_width);
    add("  " + trimmed(head));
    for (const std::string &name : names_) {
      if (is_plain(by_case_[name]))
        continue;
      std::string row = fmt::format("{:<{}}", name, width);
      for (const KernelResult &kernel : results_.kernels)
        row += fmt::format("  {:<{}}", cell(by_case_[name], kernel.name), cell_width);
      add("  " + trimmed(row));
    }
  }

  /// More kernels than there is room for beside each other.
  void add_lists() {
    for (const std::string &name : names_) {
      if (is_plain(by_case_[name]))
        continue;
      add("  " + name);
      for (const KernelResult &kernel : results_.kernels)
        add(trimmed(fmt::format("    {:<18} {}", cell(by_case_[name], kernel.name), kernel.name)),
            6);
    }
  }

  static std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  static std::string cell(const BootsOfCase &boots, const std::string &kernel) {
    for (const CaseResult *each : boots)
      if (each->kernel == kernel)
        return fmt::format("{} of {} {}", recorded_text(each->verdict),
                           each->verdict.regions_in_tree, to_string(each->verdict.outcome));
    return "-";
  }

  [[nodiscard]] KernelLog log_of(const CaseResult &result) const {
    const fs::path file = run_.folder / result.folder / "evidence" / "dmesg";
    return parse_dmesg(is_found(file) ? read_file(file) : "");
  }

  /// Of the first case that is not plain, and of two kernels.
  void add_log() {
    for (const std::string &name : names_) {
      const BootsOfCase &boots = by_case_[name];
      if (is_plain(boots) || boots.size() != 2)
        continue;
      const std::vector<std::string> lines = line_difference(
          reserved_memory_lines(log_of(*boots[0])), reserved_memory_lines(log_of(*boots[1])));
      if (lines.empty())
        continue;
      text_ += '\n';
      add(fmt::format("What the kernel says of {}, {} (-) and {} (+):", name, boots[0]->kernel,
                      boots[1]->kernel));
      for (std::size_t index = 0; index < std::min(lines.size(), most_lines); ++index)
        add("  " + lines[index], 6);
      if (lines.size() > most_lines)
        add(fmt::format("  and {} more", plural(lines.size() - most_lines, "line")));
      return;
    }
  }

  void add_findings() {
    bool is_first = true;
    for (const CaseResult &each : results_.cases) {
      if (each.conclusion == Outcome::pass)
        continue;
      if (is_first)
        text_ += "\nFindings:\n";
      is_first = false;
      for (const std::string &remark : each.remarks)
        add("  " + remark, 6);
      std::istringstream findings(findings_text(each, {}));
      for (std::string line; std::getline(findings, line);)
        add("  " + line, 8);
    }
  }

  /// Cases that are worth another look: those that are not as they must be, or else not plain.
  [[nodiscard]] std::vector<std::string> cases_to_see() const {
    std::vector<std::string> bad;
    std::vector<std::string> other;
    for (const std::string &name : names_) {
      const BootsOfCase &boots = by_case_.at(name);
      if (std::ranges::any_of(
              boots, [](const CaseResult *each) { return each->conclusion != Outcome::pass; }))
        bad.push_back(name);
      if (!is_plain(boots))
        other.push_back(name);
    }
    std::vector<std::string> wanted = !bad.empty() ? bad : other.empty() ? names_ : other;
    constexpr std::size_t most = 3;
    wanted.resize(std::min(wanted.size(), most));
    return wanted;
  }

  void add_again() {
    std::vector<std::string> words = {"rmemcheck", "run"};
    for (const KernelResult &kernel : results_.kernels)
      if (!kernel.spec.empty())
        append_kernel(words, kernel);
    if (!results_.config.empty())
      words.insert(words.end(), {"--config", results_.config});
    words.insert(words.end(), {"--machine", results_.machine});
    BootsOfCase boots;
    for (const std::string &name : cases_to_see())
      boots.push_back(by_case_.at(name).front());
    append_cases(words, boots);
    text_ += "\nTo see it again:\n";
    add("  " + to_shell(words), 6);
    std::vector<std::string> argv = qemu_words();
    if (argv.empty())
      return;
    std::ranges::transform(argv, argv.begin(), without_cache);
    text_ += "\nQEMU, as it was started, but for the folders of the cache:\n";
    add("  " + to_shell(argv), 6);
  }

  [[nodiscard]] std::vector<std::string> qemu_words() const {
    for (const std::string &name : cases_to_see())
      for (const CaseResult *each : by_case_.at(name))
        if (is_found(run_.folder / each->folder / "run.json"))
          return load(run_.folder / each->folder).boot.qemu_argv;
    return {};
  }

  const KeptRun &run_;
  const RunResults &results_;
  std::vector<std::string> names_;
  std::map<std::string, BootsOfCase> by_case_;
  std::string text_;
};

} // namespace

std::string mail_text(const std::vector<KeptRun> &runs) {
  std::string text;
  for (const KeptRun &run : runs)
    text += (text.empty() ? "" : "\n\n") + Mail(run)();
  return text;
}

std::string wrapped(const std::string &text, std::size_t columns, std::size_t indent) {
  std::string result;
  std::string rest = text;
  while (rest.size() > columns) {
    std::size_t at = rest.rfind(' ', columns);
    if (at == std::string::npos || rest.find_first_not_of(' ') >= at)
      at = rest.find(' ', columns);
    if (at == std::string::npos)
      break;
    result += rest.substr(0, rest.find_last_not_of(' ', at) + 1) + '\n';
    rest = std::string(indent, ' ') + rest.substr(at + 1);
  }
  return result + rest;
}

} // namespace rmemcheck
