// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kept_boot.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/version.h"
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

constexpr std::pair<Recording, const char *> recordings[] = {
    {Recording::done, "done"}, {Recording::no_tree, "no tree"}, {Recording::no_array, "no array"}};

std::string to_string(Recording recording) {
  for (const auto &[each, word] : recordings)
    if (each == recording)
      return word;
  return "";
}

Recording parse_recording(const std::string &word) {
  for (const auto &[recording, each] : recordings)
    if (each == word)
      return recording;
  throw std::invalid_argument("recording: \"" + word + "\" is none");
}

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
                     {"across_trees", kept.is_baseline_of_another_tree},
                     {"control", kept.control},
                     {"key", kept.key},
                     {"kernel_version", kept.kernel_version},
                     {"case", kept.case_name},
                     {"title", kept.title},
                     {"case_file", kept.case_file},
                     {"hazards", kept.hazards},
                     {"left_out", kept.left_out},
                     {"device_tree", !kept.dtb.empty()},
                     {"user_space", kept.has_user_space},
                     {"address_bits", kept.address_bits},
                     {"own_memory", kept.most_own_memory},
                     {"default_cma", kept.default_cma},
                     {"max_order", kept.max_order},
                     {"arch", kept.arch},
                     {"mapped_pools", kept.has_mapped_pools},
                     {"recording", to_string(kept.recording)},
                     {"must_log", kept.must_log},
                     {"series", kept.has_series},
                     {"modules", Json(kept.modules)},
                     {"witnesses", kept.witnesses},
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

unsigned checked_address_bits(unsigned bits) {
  if (bits != 32 && bits != 64)
    throw std::invalid_argument(fmt::format("address_bits: expected 32 or 64, found {}", bits));
  return bits;
}

/// A piece that run.json does not call absent is missed where it is not there.
void add_absent(KeptBoot &kept, const std::vector<std::string> &absent) {
  for (const char *name : parsed_names)
    if (std::ranges::find(absent, name) == absent.end() &&
        std::ranges::find(kept.witnesses, name) == kept.witnesses.end())
      kept.witnesses.emplace_back(name);
}

/// What run.json says of the files beside it.
struct Files {
  bool has_tree = true; ///< runs of old, which do not say, had one
  std::vector<std::string> absent{};
};

Files read_run_json(const fs::path &path, KeptBoot &kept) {
  const std::string text = read_regular_file(path);
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
    kept.is_baseline_of_another_tree = json.value("across_trees", kept.is_baseline_of_another_tree);
    kept.control = json.value("control", kept.control);
    kept.key = json.value("key", kept.key);
    kept.case_file = json.value("case_file", kept.case_file);
    kept.hazards = json.value("hazards", kept.hazards);
    kept.left_out = json.value("left_out", kept.left_out);
    kept.has_user_space = json.value("user_space", kept.has_user_space);
    kept.address_bits = checked_address_bits(json.value("address_bits", kept.address_bits));
    kept.most_own_memory = json.value("own_memory", kept.most_own_memory);
    kept.default_cma = json.value("default_cma", kept.default_cma);
    kept.max_order = json.value("max_order", kept.max_order);
    kept.arch = json.value("arch", kept.arch);
    kept.has_mapped_pools = json.value("mapped_pools", kept.has_mapped_pools);
    kept.recording = parse_recording(json.value("recording", to_string(kept.recording)));
    kept.must_log = json.value("must_log", kept.must_log);
    kept.has_series = json.value("series", kept.has_series);
    kept.modules = json.value("modules", kept.modules);
    kept.witnesses = json.value("witnesses", kept.witnesses);
    Files files{json.value("device_tree", true), json.value("absent", std::vector<std::string>())};
    add_absent(kept, files.absent);
    kept.boot.qemu_argv = json.at("argv").get<std::vector<std::string>>();
    kept.boot.qemu_version = json.at("qemu_version");
    kept.boot.qemu_error = json.at("qemu_error");
    kept.boot.ending = parse_ending(json.at("ending"));
    kept.boot.ending_reason = json.at("ending_reason");
    kept.boot.seconds = json.at("boot_seconds");
    return files;
  } catch (const std::exception &error) { // nlohmann's and ours
    throw bad_input(fmt::format("{}: not as a boot leaves it: {}", path.string(), error.what()));
  }
}

} // namespace

void note_machine(KeptBoot &kept, const Machine &machine) {
  kept.has_user_space = machine.has_user_space;
  kept.address_bits = machine.address_bits;
  kept.most_own_memory = machine.most_own_memory;
  kept.arch = machine.arch;
  kept.has_mapped_pools = machine.has_mapped_pools;
  kept.must_log = machine.must_log;
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

namespace {

/// The files, and nothing that only looks like one.
RawEvidence load_evidence(const fs::path &folder) {
  if (!is_folder(folder))
    throw bad_input(fmt::format("{}: no such folder", folder.string()));
  RawEvidence evidence;
  for (const fs::path &entry : entries_of(folder, bad_input)) {
    if (!is_file(entry))
      throw bad_input(fmt::format("{}: expected a file", entry.string()));
    evidence[entry.filename().string()] = read_file(entry);
  }
  return evidence;
}

/// The tree, where run.json says that there is one, and none otherwise.
std::string load_tree(const fs::path &path, bool has_tree) {
  if (has_tree != is_there(path))
    throw bad_input(fmt::format("{}: {}, as run.json says", path.string(),
                                has_tree ? "no such file: expected the tree"
                                         : "expected no such file: the kernel was given no tree"));
  std::string dtb = has_tree ? read_regular_file(path) : "";
  if (has_tree && dtb.empty())
    throw bad_input(fmt::format("{}: expected a tree, it is empty", path.string()));
  return dtb;
}

/// What the boot has not sent was put there later.
void check_absent(const fs::path &folder, const std::vector<std::string> &absent) {
  for (const std::string &name : absent)
    if (is_there(folder / name))
      throw bad_input(
          fmt::format("{}: expected no such file, as run.json says", (folder / name).string()));
}

/// A run keeps a boot in runs/KERNEL/CASE, by which it is found again and compared.
void check_place(const fs::path &folder, const KeptBoot &kept) {
  const fs::path whole = fs::absolute(folder / "").lexically_normal().parent_path();
  const fs::path kernel = whole.parent_path();
  if (kernel.parent_path().filename() != "runs" || kept.kernel.empty() || kept.case_name.empty())
    return;
  if (kernel.filename() != kept.kernel || whole.filename() != kept.case_name)
    throw bad_input(fmt::format("{}: expected the boot of kernel \"{}\" with case \"{}\", found "
                                "\"{}\" with \"{}\"",
                                (folder / "run.json").string(), kernel.filename().string(),
                                whole.filename().string(), kept.kernel, kept.case_name));
}

} // namespace

KeptBoot load(const fs::path &folder) {
  KeptBoot kept;
  const Files files = read_run_json(folder / "run.json", kept);
  check_place(folder, kept);
  kept.dtb = load_tree(folder / "tree.dtb", files.has_tree);
  check_absent(folder / "evidence", files.absent);
  if (is_there(folder / "console.log"))
    kept.boot.console = read_regular_file(folder / "console.log");
  kept.boot.evidence = load_evidence(folder / "evidence");
  return kept;
}

} // namespace rmemcheck
