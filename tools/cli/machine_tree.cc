// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/machine_tree.h"

#include "base/error.h"
#include "catalogue/kit.h"
#include "cli/progress.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/source.h"
#include "engine/guest_init.h"
#include "guest/boot.h"

#include <filesystem>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

MachineTree tree_of_file(const std::string &path) {
  MachineTree result{path, read_tree(path), 0};
  const ReservedMemory tree = read_reserved_memory(result.dtb, path);
  if (tree.memory.empty())
    throw bad_input(fmt::format("{}: expected a /memory node: it says where memory begins", path));
  result.memory_base = tree.memory.front().begin;
  return result;
}

} // namespace

void add_machine_tree_options(CLI::App &verb, MachineTreeOptions &options) {
  CLI::Option *machine = verb.add_option("--machine", options.machine,
                                         "A machine's file or name (arm64): its "
                                         "board is the base")
                             ->type_name("MACHINE");
  verb.add_option("--base", options.base, "A board's DTB, instead of a machine's")
      ->type_name("FILE.dtb")
      ->excludes(machine);
  verb.add_option("--kit", options.kit, "The kit's folder")->type_name("FOLDER");
}

void check_output(const std::string &out, const std::vector<std::string> &inputs) {
  for (const std::string &input : inputs) {
    std::error_code none; // neither need be there
    if (std::filesystem::equivalent(out, input, none))
      throw bad_input(
          fmt::format("--out {}: expected another file than {}, which is read", out, input));
  }
}

MachineTree machine_tree(const MachineTreeOptions &options) {
  if (!options.base.empty())
    return tree_of_file(options.base);
  const Kit kit = find_kit(options.kit);
  const Machine machine = read_bootable_machine(options.machine, kit);
  if (!machine.board.has_device_tree)
    throw bad_input(
        fmt::format("machine {}: expected one whose kernel is handed a device tree", machine.name));
  ProgressLine progress;
  return {machine.name, board_dtb(machine, kernel_for_dump(machine, kit, step_of(progress))),
          machine.board.memory_base};
}

} // namespace rmemcheck
