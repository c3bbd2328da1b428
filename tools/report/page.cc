// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/page.h"

#include "base/file.h"
#include "base/plural.h"
#include "base/utf8.h"
#include "report/embedded.h"
#include "report/known.h"
#include "report/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <set>

namespace rmemcheck {
namespace {

using Json = nlohmann::ordered_json;

/// Text as a page shows it, in an element or in a quoted attribute.
std::string html(const std::string &text) {
  std::string safe;
  for (const char letter : clean_text(text))
    switch (letter) {
    case '&':
      safe += "&amp;";
      break;
    case '<':
      safe += "&lt;";
      break;
    case '>':
      safe += "&gt;";
      break;
    case '"':
      safe += "&quot;";
      break;
    case '\'':
      safe += "&#39;";
      break;
    default:
      safe += letter;
    }
  return safe;
}

/// The same, which may be broken inside of a range.
std::string breakable(const std::string &text) {
  std::string safe = html(text);
  for (std::size_t at = safe.find("..0x"); at != std::string::npos; at = safe.find("..0x", at + 7))
    safe.insert(at + 2, "<wbr>");
  return safe;
}

/// JSON that ends no script element, whatever its strings are.
std::string embedded(const Json &json) {
  std::string safe;
  for (const char letter : json.dump(-1, ' ', false, Json::error_handler_t::replace))
    if (letter == '<')
      safe += "\\u003c";
    else
      safe += letter;
  return safe;
}

/// What a Content-Security-Policy calls a text by: its SHA-256 in base64.
std::string policy_hash(const std::string &text) {
  const std::string digits = sha256(text);
  std::array<unsigned char, 32> bytes{};
  for (std::size_t index = 0; index < bytes.size(); ++index)
    bytes[index] = static_cast<unsigned char>(std::stoul(digits.substr(2 * index, 2), nullptr, 16));
  std::array<unsigned char, 64> base64{};
  const int size = EVP_EncodeBlock(base64.data(), bytes.data(), static_cast<int>(bytes.size()));
  return {reinterpret_cast<const char *>(base64.data()), static_cast<std::size_t>(size)};
}

std::string verdict_html(Outcome outcome) {
  return fmt::format(R"(<span class="verdict {0}">{0}</span>)", to_string(outcome));
}

/// Every boot of the page, in the order in which it stands there.
class Page {
public:
  explicit Page(const std::vector<PageRun> &runs) : runs_(runs) {
    for (const PageRun &run : runs_)
      for (const PageBoot &boot : run.boots)
        boots_.push_back({&run, &boot, ""});
    for (std::size_t index = 0; index < boots_.size(); ++index)
      boots_[index].id = fmt::format("b{}", index);
  }

  std::string operator()() const {
    const std::map<std::string, std::string> values = {{"style", page_css},
                                                       {"script", page_js},
                                                       {"style-hash", policy_hash(page_css)},
                                                       {"script-hash", policy_hash(page_js)},
                                                       {"title", html(title())},
                                                       {"outcome", to_string(outcome())},
                                                       {"head", head()},
                                                       {"overview", overview()},
                                                       {"filters", filters()},
                                                       {"boots", boots()},
                                                       {"foot", foot()},
                                                       {"maps", maps()}};
    std::string page;
    const std::string frame = page_html;
    for (std::size_t at = 0; at < frame.size();) {
      const std::size_t begin = std::min(frame.find("{{", at), frame.size());
      page += frame.substr(at, begin - at);
      if (begin == frame.size())
        break;
      const std::size_t end = frame.find("}}", begin);
      page += values.at(frame.substr(begin + 2, end - begin - 2));
      at = end + 2;
    }
    return page;
  }

private:
  struct Boot {
    const PageRun *run;
    const PageBoot *boot;
    std::string id;
  };

  [[nodiscard]] Outcome outcome() const {
    std::vector<Outcome> outcomes;
    for (const PageRun &run : runs_)
      outcomes.push_back(conclusion(run.results));
    return conclusion(outcomes);
  }

  [[nodiscard]] std::vector<std::string> machines() const {
    std::vector<std::string> names;
    for (const PageRun &run : runs_)
      names.push_back(run.results.machine);
    return names;
  }

  [[nodiscard]] std::string title() const {
    return fmt::format("rmemcheck: {} on {}", to_string(outcome()), fmt::join(machines(), ", "));
  }

  [[nodiscard]] std::string head() const {
    std::string text;
    for (const PageRun &run : runs_) {
      const RunResults &results = run.results;
      text += fmt::format("<p class=\"summary\"><b>{}</b>: {}</p>\n", html(results.machine),
                          html(summary_text(results, {})));
      text += "<div class=\"scroll\"><table class=\"kernels\"><caption>Kernels on " +
              html(results.machine) + "</caption>\n<thead><tr>";
      for (const char *column : {"Kernel", "Role", "Linux", "From"})
        text += fmt::format("<th scope=\"col\">{}</th>", column);
      text += "</tr></thead><tbody>\n";
      for (const KernelResult &kernel : results.kernels)
        text += kernel_row(results, kernel);
      text += "</tbody></table></div>\n";
    }
    return text;
  }

  static std::string kernel_row(const RunResults &results, const KernelResult &kernel) {
    std::string from = kernel.patchset ? results.tree : kernel.spec;
    if (kernel.patchset && !kernel.patchset->empty())
      from += results.series.empty() ? ", patched" : ", with patches/" + results.series;
    if (!kernel.title.empty())
      from += ": " + kernel.title;
    for (const std::string &module : words_of(kernel.modules))
      from += ", with " + module;
    if (!kernel.trouble.empty())
      from = "no kernel: " + kernel.trouble;
    return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       html(kernel.name), html(to_string(kernel.role)),
                       html(kernel.version.empty() ? "?" : kernel.version), html(from));
  }

  /// A table of each run: a row for each case, a column for each kernel.
  [[nodiscard]] std::string overview() const {
    std::string text;
    for (const PageRun &run : runs_)
      text += run.boots.empty() ? "<p>Nothing was booted.</p>\n" : overview_of(run);
    return text;
  }

  [[nodiscard]] std::string overview_of(const PageRun &run) const {
    std::vector<std::string> names;
    std::map<std::string, std::map<std::string, const Boot *>> cells;
    for (const Boot &boot : boots_) {
      if (boot.run != &run)
        continue;
      const CaseResult &result = boot.boot->result;
      if (!cells.contains(result.name))
        names.push_back(result.name);
      cells[result.name][result.kernel] = &boot;
    }
    std::string text = fmt::format(
        "<div class=\"scroll\"><table class=\"overview\"><caption>{}</caption>\n<thead><tr><th "
        "scope=\"col\">Case</th><th scope=\"col\" class=\"number\">Regions</th>",
        html(run.results.machine));
    for (const KernelResult &kernel : run.results.kernels)
      text += fmt::format("<th scope=\"col\">{}</th>", html(kernel.name));
    text += "</tr></thead><tbody>\n";
    for (const std::string &name : names) {
      text += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td>", html(name),
                          cells[name].begin()->second->boot->result.verdict.regions_in_tree);
      for (const KernelResult &kernel : run.results.kernels) {
        const auto cell = cells[name].find(kernel.name);
        text += cell == cells[name].end() ? "<td>-</td>" : cell_html(*cell->second);
      }
      text += "</tr>\n";
    }
    return text + "</tbody></table></div>\n";
  }

  static std::string cell_html(const Boot &boot) {
    const CaseResult &result = boot.boot->result;
    return fmt::format("<td><a href=\"#{}\">{}</a> <span class=\"quiet\">{}{}</span></td>", boot.id,
                       verdict_html(result.verdict.outcome), recorded_text(result.verdict),
                       surprise(result));
  }

  /// What the kernel's role makes of its verdict, where the two differ.
  static std::string surprise(const CaseResult &result) {
    if (result.conclusion == result.verdict.outcome)
      return "";
    return result.conclusion == Outcome::pass ? ", as it must" : ", not as it must be";
  }

  /// A list to choose one word from.
  static std::string choice(const char *key, const char *label,
                            const std::vector<std::string> &words) {
    std::string text =
        fmt::format("<label>{} <select data-key=\"{}\"><option value=\"\">all", label, key);
    for (const std::string &word : std::set<std::string>(words.begin(), words.end()))
      text += fmt::format("<option value=\"{0}\">{0}", html(word));
    return text + "</select></label>\n";
  }

  [[nodiscard]] std::string filters() const {
    std::vector<std::string> kernels;
    std::vector<std::string> cases;
    std::vector<std::string> outcomes;
    for (const Boot &boot : boots_) {
      kernels.push_back(boot.boot->result.kernel);
      cases.push_back(boot.boot->result.name);
      outcomes.push_back(to_string(boot.boot->result.verdict.outcome));
    }
    return choice("machine", "Machine", machines()) + choice("kernel", "Kernel", kernels) +
           choice("case", "Case", cases) + choice("verdict", "Verdict", outcomes);
  }

  /// The one that a person wants to see first: not as it must be, or else with findings.
  [[nodiscard]] const Boot *first_to_see() const {
    for (const Boot &boot : boots_)
      if (boot.boot->result.conclusion != Outcome::pass)
        return &boot;
    for (const Boot &boot : boots_)
      if (boot.boot->result.verdict.outcome != Outcome::pass)
        return &boot;
    return boots_.empty() ? nullptr : &boots_.front();
  }

  [[nodiscard]] std::string boots() const {
    std::string text;
    const Boot *open = first_to_see();
    for (const Boot &boot : boots_)
      text += boot_html(boot, &boot == open);
    return text.empty() ? "<p>There are none.</p>" : text;
  }

  static std::size_t findings_in(const CaseResult &result) {
    std::size_t count = 0;
    for (const RuleResult &rule : result.verdict.rules)
      count += rule.findings.size();
    return count;
  }

  static std::string boot_html(const Boot &boot, bool is_open) {
    const CaseResult &result = boot.boot->result;
    const std::string &machine = boot.run->results.machine;
    std::string text = fmt::format(
        "<details class=\"boot\" id=\"{}\" data-machine=\"{}\" data-kernel=\"{}\" data-case=\"{}\" "
        "data-verdict=\"{}\" data-findings=\"{}\"{}>\n",
        boot.id, html(machine), html(result.kernel), html(result.name),
        to_string(result.verdict.outcome), findings_in(result), is_open ? " open" : "");
    text += fmt::format(
        "<summary>{} <b>{}</b> <span class=\"on\">{} on {}</span> <span class=\"quiet\">{} of {} "
        "recorded, {:.1f} s{}{}{}</span></summary>\n",
        verdict_html(result.verdict.outcome), html(result.name), html(result.kernel), html(machine),
        recorded_text(result.verdict), result.verdict.regions_in_tree, result.boot_seconds,
        result.verdict.reason.empty() ? "" : "; ", html(result.verdict.reason), surprise(result));
    text += fmt::format("<p>{}</p>\n", html(result.title));
    for (const std::string &remark : result.remarks)
      text += fmt::format("<p class=\"remark\">{}</p>\n", html(remark));
    for (const std::string &note : result.notes)
      text += fmt::format("<p class=\"quiet\">Note: {}</p>\n", html(note));
    text += map_place(boot);
    text += findings(boot) + rules(result) + again(*boot.boot);
    return text + "</details>\n";
  }

  static std::string map_place(const Boot &boot) {
    if (boot.boot->map)
      return fmt::format("<div class=\"map\" data-map=\"m-{}\"></div>\n", boot.id);
    return fmt::format("<p class=\"quiet\">No map: {}</p>\n", html(boot.boot->no_map_why));
  }

  static std::string findings(const Boot &boot) {
    const CaseResult &result = boot.boot->result;
    if (findings_in(result) == 0)
      return "<p class=\"quiet\">No findings.</p>\n";
    std::string text = fmt::format(
        "<div class=\"scroll of-findings\" tabindex=\"0\" role=\"region\" aria-label=\"Findings\">"
        "<table class=\"findings\"><caption>{} of {} with {}</caption>\n<thead><tr>",
        plural(findings_in(result), "finding"), html(result.kernel), html(result.name));
    for (const char *column : {"Rule", "Region", "Expected", "Seen", "Evidence", "Known fault"})
      text += fmt::format("<th scope=\"col\">{}</th>", column);
    text += "</tr></thead><tbody>\n";
    std::size_t index = 0;
    for (const RuleResult &rule : result.verdict.rules)
      for (const Finding &finding : rule.findings)
        text += finding_row(finding, result.folder, fmt::format("{}-f{}", boot.id, index++));
    return text + "</tbody></table></div>\n";
  }

  static std::string finding_row(const Finding &finding, const std::string &folder,
                                 const std::string &id) {
    std::string evidence = "none: nothing was there";
    if (finding.at.line != 0 && !finding.at.file.empty())
      evidence =
          fmt::format("<code class=\"place\">{}/evidence/{}:{}</code><code>{}</code>", html(folder),
                      html(finding.at.file), finding.at.line, html(finding.at.text));
    return fmt::format("<tr id=\"{}\"><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td>"
                       "<td>{}</td><td>{}</td></tr>\n",
                       id, html(finding.rule), html(finding.region), breakable(finding.expected),
                       breakable(finding.seen), evidence, html(finding.known));
  }

  /// What each rule came to: by name where there is no more to say.
  static std::string rules(const CaseResult &result) {
    std::string text;
    for (const RuleResult &rule : result.verdict.rules)
      if (rule.outcome == Outcome::inconclusive)
        text += fmt::format("<p>{} could not be found out: {}</p>\n", html(rule.rule),
                            html(rule.reason));
    for (const auto &[outcome, word] :
         {std::pair{Outcome::fail, "Fails"}, {Outcome::pass, "Passes"}, {Outcome::skip, "Skipped"}})
      if (const std::string names = names_with(result.verdict, outcome); !names.empty())
        text += fmt::format("<p class=\"quiet\">{}: {}</p>\n", word, html(names));
    return text;
  }

  static std::string again(const PageBoot &boot) {
    if (boot.again.empty())
      return "";
    std::string text = "<p>To see it again:</p>\n<pre tabindex=\"0\">";
    for (const std::string &command : boot.again)
      text += html(command) + '\n';
    return text + "</pre>\n";
  }

  [[nodiscard]] std::string foot() const {
    std::set<std::string> versions;
    std::string started;
    for (const PageRun &run : runs_) {
      versions.insert(run.results.tool_version);
      if (started.empty())
        started = run.results.started;
    }
    return fmt::format("rmemcheck {}{}{}", html(fmt::format("{}", fmt::join(versions, ", "))),
                       started.empty() ? "" : ", run started ", html(started));
  }

  /// The data of each map stand apart, so that those that nobody opens cost nothing.
  [[nodiscard]] std::string maps() const {
    std::string text;
    for (const Boot &boot : boots_)
      if (boot.boot->map)
        text += fmt::format("<script type=\"application/json\" id=\"m-{}\">{}</script>\n", boot.id,
                            embedded(map_json(boot)));
    return text;
  }

  /// {"rows": [[name, [[begin, last, kind, name], ...]], ...], "regions": [[name, kind, expected,
  /// seen], ...], "marks": [[begin, last, finding, known], ...]}; addresses in hex.
  static Json map_json(const Boot &boot) {
    const MemoryMap &map = *boot.boot->map;
    Json rows = Json::array();
    for (const MapRow &row : map.rows) {
      Json spans = Json::array();
      for (const MapSpan &span : row.spans)
        spans.push_back({hex(span.range.begin), hex(span.range.end - 1), to_string(span.kind),
                         clean_text(span.name)});
      rows.push_back({row.name, std::move(spans)});
    }
    Json regions = Json::array();
    for (const MapRegion &region : map.regions)
      regions.push_back({clean_text(region.name), to_string(region.kind),
                         clean_text(region.expected), clean_text(region.seen)});
    Json marks = Json::array();
    for (const MapMark &mark : marks_of(boot.boot->result.verdict, map))
      marks.push_back({hex(mark.range.begin), hex(mark.range.end - 1),
                       fmt::format("{}-f{}", boot.id, mark.finding), mark.is_known});
    return {{"name", clean_text(boot.boot->result.name + " on " + boot.boot->result.kernel)},
            {"rows", std::move(rows)},
            {"regions", std::move(regions)},
            {"marks", std::move(marks)}};
  }

  static std::string hex(std::uint64_t address) { return fmt::format("{:x}", address); }

  const std::vector<PageRun> &runs_;
  std::vector<Boot> boots_;
};

} // namespace

std::string html_page(const std::vector<PageRun> &runs) { return Page(runs)(); }

} // namespace rmemcheck
