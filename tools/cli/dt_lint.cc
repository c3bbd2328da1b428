// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/plural.h"
#include "cli/board_options.h"
#include "cli/dt_verbs.h"
#include "cli/range_option.h"
#include "expectation/lint.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

/// The path of a region or of another node.
std::string path_of(const TreeFault &fault) {
  return fault.node.starts_with('/') ? fault.node : "/reserved-memory/" + fault.node;
}

/// A note where RAM is missing, or a region lies in it: firmware's own memory is rightly disabled.
bool is_worth_a_note(const DisabledMemory &memory, const BoardView &view) {
  const auto has = [&](const PhysicalRange &range) {
    return std::ranges::any_of(memory.ranges,
                               [&](const PhysicalRange &each) { return each.overlaps(range); });
  };
  return view.expectation.is_memory_unknown ||
         std::ranges::any_of(view.tree.regions, [&](const ReservedRegion &region) {
           return std::ranges::any_of(region.reg, has);
         });
}

void print_memory_notes(const BoardView &view) {
  for (const DisabledMemory &memory : view.tree.disabled_memory)
    if (is_worth_a_note(memory, view))
      fmt::print("{}: /{}: note: the memory node is not enabled (status = \"{}\"): since v6.1 at "
                 "least the kernel does not take it for RAM\n",
                 view.path, memory.node, memory.status);
  if (view.expectation.is_memory_unknown)
    fmt::print("{}: note: {}, what lies outside of it is not judged: --memory RANGE tells it\n",
               view.path,
               view.tree.disabled_memory.empty() ? "RAM is not in the tree"
                                                 : "no RAM in the tree is enabled");
}

ExitStatus lint_board(const BoardView &view) {
  const std::vector<TreeFault> faults =
      find_faults(view.tree, view.around, view.expectation, view.loads);
  for (const TreeFault &fault : faults)
    fmt::print("{}: {}: {}; {} [{}]\n", view.path, path_of(fault), fault.fault, fault.kernel,
               fault.rule);
  print_memory_notes(view);
  fmt::print("{}: {}\n", view.path,
             faults.empty() ? "nothing wrong" : plural(faults.size(), "finding"));
  // As of any linter; no kernel has failed.
  return faults.empty() ? ExitStatus::holds : ExitStatus::kernel_fails;
}

} // namespace

void add_dt_lint(CLI::App &dt, ChosenVerb &chosen) {
  auto options = std::make_shared<BoardOptions>();
  CLI::App *verb = dt.add_subcommand(
      "lint", "Name what a tree, or the firmware that changed it, has wrong about reserved memory");
  add_board_options(*verb, *options);
  verb->footer(
      std::string(range_help) +
      "\n\nEach finding is a line: FILE: NODE: what is wrong; what the kernel does with it, and "
      "since which\nversion [rule]. Exit status: 0 nothing wrong, 1 findings, 2 what is no tree."
      "\n\nExample:\n  rmemcheck dt lint /sys/firmware/fdt\n  rmemcheck dt lint /proc/device-tree\n"
      "  rmemcheck dt lint board.dtb --memory 0x80000000+2G --kernel 0x80200000+48M\n"
      "  rmemcheck dt lint *.dtb --initrd 0x88000000+16M --cmdline mem=1G --page-size 64K");
  verb->callback(
      [options, &chosen] { chosen = [options] { return look_at_boards(*options, lint_board); }; });
}

} // namespace rmemcheck
