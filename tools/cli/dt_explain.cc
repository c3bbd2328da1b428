// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "cli/board_options.h"
#include "cli/dt_verbs.h"
#include "cli/range_option.h"
#include "expectation/explain.h"

#include <cstdio>
#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

/// What a person should mend: the kernel boots with it, but not as the tree means it. What firmware
/// is to fill in is no fault of the tree.
std::string broken_nodes(const ReservedMemory &memory, const std::string &path) {
  std::string text;
  const auto add = [&](const std::string &node, const std::string &why) {
    if (!why.empty())
      text +=
          fmt::format("{}{}: /reserved-memory{}: {}", text.empty() ? "" : "\n", path, node, why);
  };
  add("", memory.unsupported);
  if (!memory.unsupported.empty()) // nobody looks at the regions
    return text;
  for (const ReservedRegion &region : memory.regions)
    if (region.enabled && !region.is_placeholder)
      add("/" + region.name, region.malformed);
  return text;
}

ExitStatus explain_board(const BoardView &view, bool is_one_of_many) {
  if (is_one_of_many)
    fmt::print("== {}\n", view.path);
  fmt::print("{}", explain(view.expectation, view.loads));
  std::fflush(stdout);
  if (const std::string broken = broken_nodes(view.tree, view.path); !broken.empty())
    throw bad_input(broken);
  return ExitStatus::holds;
}

} // namespace

void add_dt_explain(CLI::App &dt, ChosenVerb &chosen) {
  auto options = std::make_shared<BoardOptions>();
  CLI::App *verb =
      dt.add_subcommand("explain", "Print the layout that a tree must lead to, with the reasons");
  add_board_options(*verb, *options);
  verb->footer(
      std::string(range_help) +
      "\n\nFates are those of a kernel with the series; where one without it does something else, "
      "the reason\nsays so behind \"unpatched:\".\n\nWhere /memory is empty, since firmware fills "
      "it in, all is judged that does not depend "
      "on it.\nA node that the kernel cannot read is bad input (2): it is named after the layout "
      "without it. A\nplaceholder that firmware fills in is none.\n\nExample:\n  rmemcheck dt "
      "explain out/validate/runs/patched/static-65/tree.dtb\n  rmemcheck dt explain board.dtb "
      "--memory 0x80000000+2G --kernel 0x80200000+48M\n  rmemcheck dt explain board.dts --initrd "
      "0x88000000+16M --cmdline cma=64M --page-size 64K");
  verb->callback([options, &chosen] {
    chosen = [options] {
      const bool is_one_of_many = options->files.size() > 1;
      return look_at_boards(
          *options, [&](const BoardView &view) { return explain_board(view, is_one_of_many); });
    };
  });
}

} // namespace rmemcheck
