// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/captured.h"

#include "base/error.h"
#include "base/file.h"
#include "engine/witnesses.h"
#include "evidence/pasted_log.h"
#include "kernel/archive.h"
#include "kernel/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace rmemcheck {
namespace {

using Fields = std::vector<std::string>;

/// Names of an architecture: how those that "uname -m" prints begin, and ARCH= of the kernel's
/// make.
struct Architecture {
  std::string_view machine;
  const char *arch;
  unsigned address_bits; ///< of phys_addr_t, where no configuration tells
};

constexpr Architecture architectures[] = {
    {"aarch64", "arm64", 64},
    {"arm", "arm", 32},
    {"x86_64", "x86_64", 64},
    {"i", "i386", 32},
    {"riscv64", "riscv", 64},
    {"riscv32", "riscv", 32},
    {"ppc64", "powerpc", 64},
    {"ppc", "powerpc", 32},
    {"mips64", "mips", 64},
    {"mips", "mips", 32},
    {"loongarch", "loongarch", 64},
    {"openrisc", "openrisc", 32},
    {"sh", "sh", 32},
    {"arc", "arc", 32},
    {"xtensa", "xtensa", 32},
    {"csky", "csky", 32},
    {"microblaze", "microblaze", 32},
    {"nios2", "nios2", 32},
};

/// What of a log tells the architecture: how a line begins.
constexpr std::pair<std::string_view, std::string_view> told_by[] = {
    {"CPU: ARMv", "arm"},
    {"Booting Linux on physical CPU 0x0000", "aarch64"},
    {"riscv: base ISA extensions", "riscv64"},
    {"MIPS: machine is", "mips"},
    {"BIOS-e820: ", "x86_64"},
    {"ppc64_pft_size", "ppc64"},
};

void note_architecture(KeptBoot &kept, const std::string &machine, const Fields &config) {
  for (const Architecture &each : architectures)
    if (machine.starts_with(each.machine)) {
      kept.arch = each.arch;
      kept.address_bits = each.address_bits;
      break;
    }
  if (std::ranges::find(config, "CONFIG_PHYS_ADDR_T_64BIT=y") != config.end())
    kept.address_bits = 64;
  kept.has_mapped_pools = kept.arch != "arm"; // rmem_dma_setup(), kernel/dma/coherent.c
}

Fields fields_of(const std::string &line) {
  Fields fields;
  std::size_t begin = 0;
  for (auto tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', begin)) {
    fields.push_back(line.substr(begin, tab - begin));
    begin = tab + 1;
  }
  fields.push_back(line.substr(begin));
  return fields;
}

/// Reads the manifest; guest/capture.sh has its format.
class Manifest {
public:
  Manifest(KeptBoot &kept, std::string origin) : kept_(kept), origin_(std::move(origin)) {}

  void read(const std::string &text) {
    if (!text.ends_with('\n'))
      throw bad_input(fmt::format("{}: expected a manifest that ends with a whole line", origin_));
    for (const std::string &line : split_lines(text)) {
      ++number_;
      take(fields_of(line));
    }
    if (number_ == 0)
      refuse("a line \"rmemcheck-capture 1\"");
  }

  [[nodiscard]] const std::string &machine() const { return machine_; }
  [[nodiscard]] const Fields &files() const { return files_; }

private:
  [[noreturn]] void refuse(const std::string &expected) const {
    throw bad_input(fmt::format("{}:{}: expected {}", origin_, number_, expected));
  }

  /// Kinds of line that are not known come from newer scripts and change nothing.
  void take(const Fields &fields) {
    const std::string &kind = fields.front();
    if (number_ == 1 && fields != Fields{"rmemcheck-capture", "1"})
      refuse("\"rmemcheck-capture 1\", a format that is known");
    if (kind == "arch" && fields.size() == 2)
      machine_ = fields[1];
    else if (kind == "page-size" && fields.size() == 2)
      kept_.page_size = number(fields[1]);
    else if (kind == "firmware" && fields.size() == 2 && fields[1] == "acpi")
      kept_.recording = Recording::no_tree;
    else if (kind == "file" && fields.size() == 2)
      files_.push_back(fields[1]);
    else if (kind == "absent" && fields.size() == 5)
      kept_.absences[fields[1]] = {fields[3], fields[4], fields[2] == "kernel"};
    else if (kind == "damaged" && fields.size() == 4)
      kept_.absences[fields[1]] = {fields[2], fields[3], false};
    else if (kind == "note" && fields.size() == 2)
      kept_.notes.push_back(fields[1]);
  }

  [[nodiscard]] std::uint64_t number(const std::string &text) const {
    std::uint64_t value = 0;
    const char *end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end || value == 0 || (value & (value - 1)) != 0)
      refuse("a page size, a power of two");
    return value;
  }

  KeptBoot &kept_;
  std::string origin_;
  std::size_t number_ = 0;
  std::string machine_;
  Fields files_;
};

/// The file, whatever folder all of the archive lies in.
const std::string *find_member(const std::map<std::string, std::string> &members,
                               const std::string &name) {
  for (const auto &[path, bytes] : members)
    if (path == name || path.ends_with("/" + name))
      return &bytes;
  return nullptr;
}

void take_files(KeptBoot &kept, const std::map<std::string, std::string> &members,
                const Fields &files, const std::string &origin) {
  for (const std::string &name : files) {
    const std::string *bytes = find_member(members, "evidence/" + name);
    if (bytes == nullptr)
      throw bad_input(fmt::format("{}: expected evidence/{}, as its manifest says", origin, name));
    kept.boot.evidence[name] = *bytes;
  }
  if (!kept.boot.evidence.contains("dmesg") && !kept.absences.contains("dmesg"))
    throw bad_input(fmt::format("{}: expected evidence/dmesg, the kernel log, or a manifest that "
                                "says why there is none",
                                origin));
}

/// What rules ask for, beside the log.
constexpr std::array<std::string_view, 6> asked_for = {
    "memblock-memory", "memblock-reserved", "iomem", "kernel_page_tables", "probe", "fdt"};

bool is_asked_for(const std::string &name) {
  return name == "dmesg" || std::ranges::find(asked_for, name) != asked_for.end();
}

/// Whether it is the kernel that has none, and not that nobody has sent it.
bool has_no_tree(const KeptBoot &kept) {
  const auto fdt = kept.absences.find("fdt");
  return fdt != kept.absences.end() && fdt->second.is_of_kernel;
}

/// What this kernel could have shown is missed; what else is not there is told.
void demand_witnesses(KeptBoot &kept, const Fields &config) {
  const bool has_probe = kept.boot.evidence.contains("probe");
  kept.witnesses = witnesses_of({config, kept.arch, !kept.dtb.empty(), has_probe});
  for (const auto &[name, absence] : kept.absences) {
    if (kept.boot.evidence.contains(name))
      continue; // damaged, as the rules say that read it
    if (absence.is_of_kernel || !is_asked_for(name))
      kept.notes.push_back(fmt::format("there is no {}: {}", name, absence.text()));
    else if (std::ranges::find(kept.witnesses, name) == kept.witnesses.end())
      kept.witnesses.push_back(name);
  }
  for (const std::string_view name : asked_for) // of which the manifest says nothing
    if (!kept.boot.evidence.contains(std::string(name)) &&
        !kept.absences.contains(std::string(name)) && name != "fdt" && name != "probe" &&
        std::ranges::find(kept.witnesses, name) == kept.witnesses.end())
      kept.witnesses.emplace_back(name);
}

} // namespace

KeptBoot read_capture(const std::string &archive, const std::string &origin,
                      const std::string &dtb) {
  if (archive.empty())
    throw bad_input(fmt::format("{}: expected an archive, it is empty", origin));
  const std::map<std::string, std::string> members = read_members(archive, origin);
  const std::string *text = find_member(members, "manifest");
  if (text == nullptr)
    throw bad_input(fmt::format(
        "{}: expected a file \"manifest\" in it, as the script of \"rmemcheck capture\" "
        "packs it{}",
        origin, members.empty() ? "; there is no file at all" : ""));
  KeptBoot kept;
  kept.is_live = true;
  Manifest manifest(kept, origin + "/manifest");
  manifest.read(*text);
  take_files(kept, members, manifest.files(), origin);
  const RawEvidence &evidence = kept.boot.evidence;
  const Fields config = evidence.contains("config") ? split_lines(evidence.at("config")) : Fields{};
  note_architecture(kept, manifest.machine(), config);
  kept.default_cma = default_cma_area(config);
  kept.max_order = forced_max_order(config);
  kept.dtb = dtb.empty() && evidence.contains("fdt") ? evidence.at("fdt") : dtb;
  if (!kept.dtb.empty())
    kept.absences.erase("fdt");
  kept.is_tree_known = !kept.dtb.empty() || has_no_tree(kept);
  demand_witnesses(kept, config);
  return kept;
}

namespace {

KeptBoot boot_of_log(const std::string &log, const std::string &origin, const std::string &dtb) {
  KeptBoot kept;
  kept.is_live = true;
  kept.pasted_from = origin;
  kept.dtb = dtb;
  kept.is_tree_known = !dtb.empty();
  for (const auto &[beginning, machine] : told_by)
    if (log.find(beginning) != std::string::npos) {
      note_architecture(kept, std::string(machine), {});
      break;
    }
  kept.boot.evidence["dmesg"] = log;
  for (const std::string_view name : asked_for)
    kept.absences[std::string(name)] = {"a log alone does not show it",
                                        "run the script that \"rmemcheck capture\" prints", false};
  return kept;
}

} // namespace

std::vector<KeptBoot> read_pasted(const std::string &text, const std::string &origin,
                                  const std::string &dtb) {
  if (!is_kernel_log(text))
    throw bad_input(fmt::format(
        "{}: expected a kernel log{}", origin,
        is_json(text) ? " in plain text, this is JSON; remedy: print it without -J (dmesg) or -o "
                        "json (journalctl)"
                      : ": no line is one of a kernel's that is known"));
  std::vector<KeptBoot> boots;
  for (const std::string &log : boots_of(as_dmesg(text)))
    boots.push_back(boot_of_log(log, origin, dtb));
  return boots;
}

} // namespace rmemcheck
