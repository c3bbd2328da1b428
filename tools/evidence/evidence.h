// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rmemcheck {

/// Where a piece of evidence stands: the file of the run's folder, the 1-based line, its text.
struct SourceLine {
  std::string file;
  std::size_t line = 0;
  std::string text;
};

/// A region line of dmesg (since v6.5): "start..end (N KiB) nomap|map reusable|non-reusable name".
struct LoggedRegion {
  PhysicalRange range;
  bool no_map = false;
  bool reusable = false;
  std::string name;
  SourceLine at;
  bool wraps = false; ///< its end is beyond the last address; `range` ends with that
};

/// A line of the kernel log that says something went wrong. An overlap is told in two lines: its
/// text is both, joined by a space, so that it names the nodes.
struct LoggedTrouble {
  enum class Kind { reserved_memory_error, overlap, warning, bug, oops, panic } kind{};
  SourceLine at;
  std::string family{}; ///< what it is, and the kernel's file that prints it (trouble.cc)
};

/// dmesg, read once.
struct KernelLog {
  /// The digits and dots of "Linux version 6.12.107+deb13-arm64 (...)", without a suffix such as
  /// "-rc1"; empty if the line is missing.
  std::string version;
  std::vector<LoggedRegion> regions;
  std::vector<LoggedTrouble> troubles;
  std::vector<SourceLine> lines; ///< all of it, without time stamps
  /// Those of the kernel's at error level or above, where levels are shown.
  std::vector<SourceLine> errors{};
  bool is_cut = false; ///< the last line has no newline
  /// Why it is no whole log of one boot, in words; empty where it may be one.
  std::string trouble{};
  /// Bytes; 4 KiB where the log does not tell (dmesg.cc).
  std::uint64_t page_size = 0x1000;
  bool lacks_beginning = false; ///< the version is that of /proc/version
};

/// One line of /sys/kernel/debug/memblock/{memory,reserved}.
struct MemblockRange {
  PhysicalRange range;
  /// From v6.6 on the flag column ("NONE", "NOMAP", ...); earlier kernels show none.
  std::optional<std::string> flag;
  SourceLine at;
};

/// One line of /proc/iomem; depth 0 is top level.
struct IomemEntry {
  PhysicalRange range;
  unsigned depth = 0;
  std::string name;
  SourceLine at;
};

/// A line of the memory map that UEFI firmware has handed over, as "efi=debug" makes arm64, riscv
/// and loongarch print it (drivers/firmware/efi/efi-init.c).
struct EfiMemory {
  PhysicalRange range;
  std::string type;     ///< "Conventional", "Runtime Data", ...
  bool is_used = false; ///< at run time, by the firmware
  SourceLine at;
};

/// A piece of the linear mapping that is mapped, already translated to physical addresses.
struct MappedRange {
  PhysicalRange range;
  SourceLine at;
};

/// What the probe module saw of one child of /reserved-memory.
struct ProbedRegion {
  std::string name;
  bool available = false;               ///< of_device_is_available()
  bool found = false;                   ///< of_reserved_mem_lookup() returned an entry
  PhysicalRange range;                  ///< of the entry
  bool wraps = false;                   ///< its end is beyond 64 bits; `range` ends with them
  std::optional<std::uint32_t> phandle; ///< nothing where an entry has none, as in v6.12
  std::string recorded_name;            ///< rmem->name
  std::string ops;                      ///< symbol of rmem->ops, "none" if NULL
  /// Whether every page of it can be read through the linear mapping: all, none, some; "unknown"
  /// where it has no linear address, or where that mapping is not made page by page.
  std::string mapped;
  SourceLine at;
};

/// What the probe module did with a device (devicetree/reserved_memory.h, RegionConsumer).
struct ProbedDevice {
  std::string name;
  unsigned assign_error = 0;   ///< errno of of_reserved_mem_device_init(), 0 if it went well
  unsigned allocate_error = 0; ///< errno of dma_alloc_coherent(), ENODEV where it was not tried
  PhysicalRange range;         ///< that was allocated
  SourceLine at;
};

/// "ok 1 NAME" of a test or of a suite.
struct KunitResult {
  std::string name;
  enum class Kind { passed, failed, skipped } kind{};
  SourceLine at;
  std::uint64_t number = 0; ///< that the line has, from 1
};

/// "# NAME: pass:4 fail:0 skip:1 total:5", what KUnit itself has counted of a suite.
struct KunitTotals {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t all = 0;
  SourceLine at;
};

struct KunitSuite {
  std::string name;
  std::size_t planned = 0; ///< tests
  std::vector<KunitResult> tests;
  std::optional<KunitResult> result; ///< nothing if it did not end
  SourceLine at;
  std::optional<KunitTotals> totals{}; ///< nothing if KUnit has not told
};

/// What the kernel's own tests have printed.
struct KunitReport {
  SourceLine at;             ///< where it begins
  std::size_t last_line = 0; ///< where it ends
  std::size_t planned = 0;   ///< suites
  std::vector<KunitSuite> suites;
};

/// How the guest ended.
enum class Ending { powered_off, panic, oops, hang, died, cut_short };

/// Whether it is the kernel that has ended badly, and not the guest that was lost.
bool is_kernel_failure(Ending ending);

/// Why a piece is not there, or not all of it, and what helps.
struct Absence {
  std::string why;
  std::string remedy;
  bool is_of_kernel = false; ///< no boot of this kernel shows it; else something stood in the way

  [[nodiscard]] std::string text() const;
};

/// Everything known of one boot. A piece that this kernel cannot show is absent.
struct Evidence {
  Ending ending = Ending::powered_off;
  std::string ending_reason; ///< in words, for any other than powered_off
  KernelLog log;
  KernelLog after_log; ///< what the console has said since the log was read
  /// The console of a guest that died before it sent its log: no rule asks it, but it tells of what
  /// the kernel has died.
  KernelLog unsent_log;
  std::optional<std::vector<MemblockRange>> memblock_memory;
  std::optional<std::vector<MemblockRange>> memblock_reserved;
  std::optional<std::vector<IomemEntry>> iomem;
  std::optional<std::vector<MappedRange>> linear_mapping;
  std::optional<std::vector<ProbedRegion>> probe;
  std::vector<ProbedDevice> devices; ///< that the probe saw
  /// Whether a pointer has 64 bits, as the probe's linear address tells; nothing without it.
  std::optional<bool> is_64_bit;
  std::optional<KunitReport> kunit;  ///< of the log
  std::vector<EfiMemory> efi_memory; ///< of the log; none where there is no UEFI, or it is silent
  std::set<std::string> files;       ///< that were sent, by name
  /// Why a piece that was sent is absent nonetheless, a sentence each.
  std::vector<std::string> notes;
  /// Of a live system or of a log alone, by file name; "dmesg" may be there and lack something.
  std::map<std::string, Absence> absences{};
};

/// Raw text by file name as the guest sent it: "dmesg", "memblock-memory", "memblock-reserved",
/// "iomem", "kernel_page_tables", "probe". A name that is missing could not be shown, but for
/// memblock's ranges, which the log may have. "version" stands in where the log has lost the line
/// that tells it. Any other name ("cmdline", "fdt", ...) is kept for people and not parsed.
using RawEvidence = std::map<std::string, std::string>;

/// Parses everything. A line that should parse and does not is could_not_find_out with
/// file, line and text: evidence that is not understood is never passed over. The ending stays
/// powered_off: only who ran the guest knows how it ended. Where the log is one that a person has
/// pasted, `pasted_from` names the file (parse_pasted_log()); empty: it is not.
Evidence parse_evidence(const RawEvidence &raw, const std::string &pasted_from = "");

} // namespace rmemcheck
