// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/plural.h"
#include "catalogue/kit.h"
#include "cli/dt_verbs.h"
#include "cli/machine_tree.h"
#include "devicetree/source.h"
#include "devicetree/transplant.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct TransplantOptions : MachineTreeOptions {
  std::string board;
  std::string out;
};

ExitStatus transplant_board(const TransplantOptions &options) {
  check_output(options.out, {options.board, options.base});
  const std::string dtb = read_tree(options.board);
  refuse_overlay(dtb, options.board);
  read_reserved_memory(dtb, options.board); // a broken one is told before any machine is asked
  const MachineTree machine = machine_tree(options);
  const Transplant done =
      transplant(dtb, options.board, bed_of(machine.dtb, machine.name, machine.memory_base));
  const std::string tree = make_tree(machine.dtb, done.request, machine.memory_base);
  write_output(options.out, tree);
  for (const std::string &change : done.changes)
    fmt::print("{}\n", change);
  const std::size_t count = read_reserved_memory(tree, options.out).regions.size();
  fmt::print("{}: {}, {} bytes{}\n", options.out, plural(count, "region"), tree.size(),
             done.alignment == 0
                 ? ""
                 : fmt::format("; addresses are the same modulo {:#x}", done.alignment));
  return ExitStatus::holds;
}

} // namespace

void add_dt_transplant(CLI::App &dt, ChosenVerb &chosen) {
  auto options = std::make_shared<TransplantOptions>();
  CLI::App *verb = dt.add_subcommand(
      "transplant", "Lay a board's regions into the RAM of one of QEMU's machines");
  verb->add_option("board", options->board,
                   "The board's tree: a DTB, a source (DTS), or a folder such as /proc/device-tree")
      ->required()
      ->type_name("BOARD");
  verb->add_option("--out", options->out, "The DTB to write")->required()->type_name("FILE");
  add_machine_tree_options(*verb, *options);
  verb->footer(
      "Names, flags, order, alignments, and what touches or overlaps what, stay. Each line "
      "that is printed\nsays what had to be changed. The first quarter of RAM is left to "
      "the boot loader, the last one to the\nkernel and what it places. `run --boards` "
      "does it for every board of a folder.\n\nExample:\n  rmemcheck dt transplant "
      "/usr/lib/linux-image-6.1.0-50-arm64/qcom/sdm845-db845c.dtb --out db845c.dtb\n"
      "  rmemcheck dt transplant board.dts --machine riscv64 --out board.dtb\n"
      "  rmemcheck dt transplant board.dts --base virt.dtb --out board.dtb\n"
      "  rmemcheck boot --kernel Image --dtb db845c.dtb --out out/boot --judge");
  verb->callback([options, &chosen] { chosen = [options] { return transplant_board(*options); }; });
}

} // namespace rmemcheck
