// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kept_boot.h"

#include "base/error.h"
#include "base/file.h"
#include "base/version.h"
#include "engine/boot_facts.h"
#include "report/json.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char *format_name = "rmemcheck-run 1";

/// What is parsed (evidence/evidence.h); one that is missing is named in run.json.
constexpr std::array parsed_names = {"dmesg", "memblock-memory",    "memblock-reserved",
                                     "iomem", "kernel_page_tables", "probe"};

constexpr std::array endings = {Ending::powered_off, Ending::panic, Ending::oops,
                                Ending::hang,        Ending::died,  Ending::cut_short};

std::vector<std::string> absent_names(const RawEvidence &evidence) {
  std::vector<std::string> absent;
  for (const char *name : parsed_names)
    if (!evidence.contains(name))
      absent.emplace_back(name);
  return absent;
}

std::string run_json(const KeptBoot &kept) {
  const BootResult &boot = kept.boot;
  const Json json = {{"format", format_name},
                     {"rmemcheck_version", tool_version},
                     {"kernel", kept.kernel},
                     {"role", to_string(kept.role)},
                     {"must_fail", kept.must_fail},
                     {"baseline", kept.baseline},
                     {"control", kept.control},
                     {"key", kept.key},
                     {"kernel_version", kept.kernel_version},
                     {"case", kept.case_name},
                     {"title", kept.title},
                     {"hazards", kept.hazards},
                     {"left_out", kept.left_out},
                     {"device_tree", !kept.dtb.empty()},
                     {"user_space", kept.has_user_space},
                     {"address_bits", kept.address_bits},
                     {"mapped_pools", kept.has_mapped_pools},
                     {"argv", boot.qemu_argv},
                     {"qemu_version", boot.qemu_version},
                     {"qemu_error", boot.qemu_error},
                     {"ending", to_string(boot.ending)},
                     {"ending_reason", boot.ending_reason},
                     {"boot_seconds", boot.seconds},
                     {"absent", absent_names(boot.evidence)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// A name that a guest sent becomes a file name: it must be one.
void check_name(const std::string &name) {
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    throw could_not_find_out(fmt::format("evidence \"{}\": expected a plain file name", name));
}

void make_folder(const fs::path &folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw could_not_find_out(
        fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

Ending parse_ending(const std::string &word) {
  const auto *const ending =
      std::ranges::find_if(endings, [&](Ending each) { return to_string(each) == word; });
  if (ending == endings.end())
    throw std::invalid_argument("ending: \"" + word + "\" is no way to end");
  return *ending;
}

/// Boots that were kept before there were roles say it by the kernel's name.
Role role_of(const Json &json, const std::string &kernel) {
  if (!json.contains("role"))
    return kernel == "baseline" ? Role::baseline : Role::must_pass;
  const auto role = parse_role(json.at("role"));
  if (!role)
    throw std::invalid_argument("role: " + json.at("role").dump() + " is none");
  return *role;
}

/// Returns whether the kernel was given a tree; runs of old, which do not say, had one.
bool read_run_json(const fs::path &path, KeptBoot &kept) {
  const std::string text = read_file(path);
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != format_name)
      throw std::invalid_argument(fmt::format("expected format \"{}\"", format_name));
    kept.kernel = json.at("kernel");
    kept.kernel_version = json.at("kernel_version");
    kept.case_name = json.at("case");
    kept.title = json.at("title");
    // Boots that were kept before there were such cases lack these.
    kept.role = role_of(json, kept.kernel);
    kept.must_fail = json.value("must_fail", kept.must_fail);
    kept.baseline = json.value("baseline", kept.baseline);
    kept.control = json.value("control", kept.control);
    kept.key = json.value("key", kept.key);
    kept.hazards = json.value("hazards", kept.hazards);
    kept.left_out = json.value("left_out", kept.left_out);
    kept.has_user_space = json.value("user_space", kept.has_user_space);
    kept.address_bits = json.value("address_bits", kept.address_bits);
    kept.has_mapped_pools = json.value("mapped_pools", kept.has_mapped_pools);
    kept.boot.qemu_argv = json.at("argv").get<std::vector<std::string>>();
    kept.boot.qemu_version = json.at("qemu_version");
    kept.boot.qemu_error = json.at("qemu_error");
    kept.boot.ending = parse_ending(json.at("ending"));
    kept.boot.ending_reason = json.at("ending_reason");
    kept.boot.seconds = json.at("boot_seconds");
    return json.value("device_tree", true);
  } catch (const std::exception &error) { // nlohmann's and ours
    throw bad_input(fmt::format("{}: not as a boot leaves it: {}", path.string(), error.what()));
  }
}

bool has(const ReservedMemory &tree, const ReservedRegion &region) {
  return std::ranges::find(tree.regions, region) != tree.regions.end();
}

/// The command line that a kernel without user space was given; with one, its tree says.
std::string command_line(const KernelLog &log) {
  constexpr std::string_view start = "Kernel command line: "; // start_kernel()
  for (const SourceLine &line : log.lines)
    if (line.text.starts_with(start))
      return line.text.substr(start.size());
  return "";
}

/// A tree, and the names of the regions in it that firmware has added.
struct GivenTree {
  ReservedMemory memory;
  std::vector<std::string> from_firmware{};
  std::string trouble{}; ///< why nobody can tell what the kernel was given; empty otherwise
};

/// Firmware between QEMU and the kernel may add regions of its own (OpenSBI does): what counts is
/// the tree that the kernel was given. Nothing of ours may be missing from it.
GivenTree tree_of(const KeptBoot &kept, const Evidence &evidence, const std::string &folder) {
  const std::string prefix = folder.empty() ? "" : folder + "/";
  ReservedMemory ours;
  if (!kept.dtb.empty())
    ours = read_reserved_memory(kept.dtb, prefix + "tree.dtb");
  const auto fdt = kept.boot.evidence.find("fdt");
  if (fdt == kept.boot.evidence.end()) {
    if (!kept.has_user_space)
      ours.bootargs = command_line(evidence.log);
    return {ours};
  }
  ReservedMemory given;
  try {
    given = read_reserved_memory(fdt->second, prefix + "evidence/fdt");
  } catch (const Error &error) {
    return {ours, {}, error.what()};
  }
  ours.bootargs = given.bootargs; // QEMU's part
  ours.initrd = given.initrd;
  // UEFI's memory map says what is reserved: the stub takes all of /memreserve/ out of the tree
  // (update_fdt(), drivers/firmware/efi/libstub/fdt.c).
  if (!evidence.efi_memory.empty())
    ours.memreserve = given.memreserve;
  std::vector<std::string> added;
  for (const ReservedRegion &region : given.regions)
    if (!has(ours, region))
      added.push_back(region.name);
  const bool is_whole = std::ranges::all_of(
      ours.regions, [&](const ReservedRegion &region) { return has(given, region); });
  if (added.empty() || !is_whole)
    return {ours}; // what is missing is missed by the rules
  return {given, added};
}

Expectation expectation_of(const KeptBoot &kept, const GivenTree &tree, const Evidence &evidence) {
  BootFacts facts = facts_of(tree.memory, evidence, kept.boot.evidence, kept.boot.console);
  facts.address_bits = kept.address_bits;
  facts.refuses_mapped_pools = !kept.has_mapped_pools;
  Expectation expectation = expect(tree.memory, facts);
  for (ExpectedRegion &region : expectation.regions)
    region.from_firmware =
        std::ranges::find(tree.from_firmware, region.node.name) != tree.from_firmware.end();
  expectation.may_leave_out = kept.left_out;
  expectation.has_user_space = kept.has_user_space;
  // An architecture that has no tree builds nothing of the series' suite.
  expectation.must_run_suite =
      !kept.has_user_space && !kept.dtb.empty() && kept.role != Role::baseline;
  return expectation;
}

/// Nothing is known where the evidence is not understood, and that is said of every rule.
Verdict not_understood(const Expectation &expectation, const std::string &why) {
  Verdict verdict = judge(expectation, Evidence{});
  for (RuleResult &rule : verdict.rules)
    rule = {rule.rule, Outcome::inconclusive, why, {}};
  verdict.outcome = Outcome::inconclusive;
  verdict.reason = why;
  return verdict;
}

/// Evidence that is parsed, or why it could not be.
struct ParsedEvidence {
  Evidence evidence;
  std::string why;
};

ParsedEvidence parse(const RawEvidence &raw) {
  ParsedEvidence parsed;
  try {
    parsed.evidence = parse_evidence(raw);
  } catch (const Error &error) {
    parsed.why = error.what();
  }
  return parsed;
}

void judge_parsed(CaseResult &result, const Expectation &expectation, ParsedEvidence &parsed,
                  const BootResult &boot) {
  auto &[evidence, why] = parsed;
  result.notes.insert(result.notes.end(), evidence.notes.begin(), evidence.notes.end());
  if (!why.empty() && boot.ending == Ending::powered_off) {
    result.verdict = not_understood(expectation, why);
    return;
  }
  evidence.ending = boot.ending;
  evidence.ending_reason = boot.ending_reason + (why.empty() ? "" : "; " + why);
  result.verdict = judge(expectation, evidence);
}

} // namespace

void note_machine(KeptBoot &kept, const Machine &machine) {
  kept.has_user_space = machine.has_user_space;
  kept.address_bits = machine.address_bits;
  kept.has_mapped_pools = machine.has_mapped_pools;
}

void save(const fs::path &folder, const KeptBoot &kept) {
  make_folder(folder / "evidence");
  if (!kept.dtb.empty())
    write_file(folder / "tree.dtb", kept.dtb);
  write_file(folder / "console.log", kept.boot.console);
  for (const auto &[name, bytes] : kept.boot.evidence) {
    check_name(name);
    write_file(folder / "evidence" / name, bytes);
  }
  write_file(folder / "run.json", run_json(kept));
}

KeptBoot load(const fs::path &folder) {
  KeptBoot kept;
  if (read_run_json(folder / "run.json", kept))
    kept.dtb = read_file(folder / "tree.dtb");
  if (fs::exists(folder / "console.log"))
    kept.boot.console = read_file(folder / "console.log");
  if (!fs::is_directory(folder / "evidence"))
    throw bad_input(fmt::format("{}: no such folder", (folder / "evidence").string()));
  for (const fs::directory_entry &entry : fs::directory_iterator(folder / "evidence"))
    if (entry.is_regular_file())
      kept.boot.evidence[entry.path().filename().string()] = read_file(entry.path());
  return kept;
}

CaseResult judge_kept(const KeptBoot &kept, const std::string &folder) {
  const auto start = std::chrono::steady_clock::now();
  CaseResult result;
  ParsedEvidence parsed = parse(kept.boot.evidence);
  const GivenTree tree = tree_of(kept, parsed.evidence, folder);
  if (parsed.why.empty())
    parsed.why = tree.trouble;
  if (!tree.from_firmware.empty())
    result.notes.push_back(
        fmt::format("firmware has added {}", fmt::join(tree.from_firmware, ", ")));
  const Expectation expectation = expectation_of(kept, tree, parsed.evidence);
  result.kernel = kept.kernel;
  result.role = kept.role;
  result.must_fail = kept.must_fail;
  result.name = kept.case_name;
  result.title = kept.title;
  result.hazards = kept.hazards;
  result.folder = folder;
  result.no_map = static_cast<std::size_t>(
      std::ranges::count_if(expectation.regions, [](const ExpectedRegion &region) {
        return region.fate == Fate::recorded && region.no_map;
      }));
  result.ending = kept.boot.ending;
  judge_parsed(result, expectation, parsed, kept.boot);
  result.conclusion = result.verdict.outcome;
  result.boot_seconds = kept.boot.seconds;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  result.judge_seconds = elapsed.count();
  return result;
}

} // namespace rmemcheck
