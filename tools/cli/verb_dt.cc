// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "base/file.h"
#include "catalogue/case.h"
#include "catalogue/kit.h"
#include "cli/progress.h"
#include "cli/size_option.h"
#include "cli/tree_options.h"
#include "cli/verb.h"
#include "engine/guest_init.h"
#include "expectation/expectation.h"
#include "guest/boot.h"
#include "kernel/machine.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <memory>

namespace rmemcheck {
namespace {

struct MakeOptions {
  std::string kit;
  std::string out;
  std::string machine = "arm64";
  std::string base;
  std::string case_name;
  TreeOptions tree;
};

/// The tree of the board that the regions are put into.
struct BoardTree {
  std::string dtb;
  std::uint64_t memory_base = 0;
};

BoardTree board_of_file(const std::string &path) {
  BoardTree board{read_file(path), 0};
  const ReservedMemory tree = read_reserved_memory(board.dtb, path);
  if (tree.memory.empty())
    throw bad_input(fmt::format("{}: expected a /memory node: it says where memory begins", path));
  board.memory_base = tree.memory.front().begin;
  return board;
}

BoardTree board_of_machine(const MakeOptions &options) {
  const Kit kit = find_kit(options.kit);
  const Machine machine = read_bootable_machine(options.machine, kit);
  if (!machine.board.has_device_tree)
    throw bad_input(
        fmt::format("machine {}: expected one whose kernel is handed a device tree", machine.name));
  ProgressLine progress;
  return {board_dtb(machine, kernel_for_dump(machine, kit, step_of(progress))),
          machine.board.memory_base};
}

TreeRequest wanted_tree(const MakeOptions &options) {
  if (options.case_name.empty())
    return tree_request(options.tree);
  const bool is_file = std::filesystem::is_regular_file(options.case_name);
  return read_case(is_file ? std::filesystem::path(options.case_name)
                           : case_files({options.case_name}, find_kit(options.kit)).front())
      .tree;
}

ExitStatus make(const MakeOptions &options) {
  const TreeRequest request = wanted_tree(options);
  const BoardTree board =
      options.base.empty() ? board_of_machine(options) : board_of_file(options.base);
  const std::string dtb = make_tree(board.dtb, request, board.memory_base);
  const ReservedMemory tree = read_reserved_memory(dtb, options.out);
  write_file(options.out, dtb);
  fmt::print("{}: {} regions, {} bytes\n", options.out, tree.regions.size(), dtb.size());
  return ExitStatus::holds;
}

/// What a person should mend: the kernel boots with it, but not as the tree means it.
std::string broken_nodes(const ReservedMemory &memory, const std::string &path) {
  std::string text;
  const auto add = [&](const std::string &node, const std::string &why) {
    if (!why.empty())
      text +=
          fmt::format("{}{}: /reserved-memory{}: {}", text.empty() ? "" : "\n", path, node, why);
  };
  add("", memory.unsupported);
  for (const ReservedRegion &region : memory.regions)
    add("/" + region.name, region.malformed);
  return text;
}

ExitStatus explain_file(const std::string &path) {
  const ReservedMemory memory = read_reserved_memory(read_file(path), path);
  fmt::print("{}", explain(expect(memory)));
  std::fflush(stdout);
  if (const std::string broken = broken_nodes(memory, path); !broken.empty())
    throw bad_input(broken);
  return ExitStatus::holds;
}

NoMapShare parse_share(const std::string &word) {
  static const std::map<std::string, NoMapShare> shares = {
      {"none", NoMapShare::none}, {"alternate", NoMapShare::alternate}, {"all", NoMapShare::all}};
  const auto share = shares.find(word);
  if (share == shares.end())
    throw CLI::ValidationError("--no-map",
                               fmt::format("\"{}\": expected none, alternate or all", word));
  return share->second;
}

/// The options that stand for a case file.
std::vector<CLI::Option *> add_region_options(CLI::App &verb, TreeOptions &tree) {
  return {
      verb.add_option("--static", tree.statics, "Static regions")->type_name("N"),
      verb.add_option("--boot-placed", tree.boot_placed, "Regions that the kernel places")
          ->type_name("N"),
      verb.add_option_function<std::string>(
              "--no-map", [&tree](const std::string &word) { tree.no_map = parse_share(word); },
              "Which regions are no-map: none, alternate or all (none)")
          ->type_name("SHARE"),
      verb.add_flag("--reusable", tree.reusable, "Every region is a reusable shared-dma-pool"),
      add_size_option(verb, "--region-size", tree.region_size, "Bytes of each region"),
      add_size_option(verb, "--gap", tree.gap, "Bytes between static regions"),
      add_size_option(verb, "--offset", tree.offset,
                      "Offset of the first static region from the memory base"),
      add_size_option(verb, "--alignment", tree.alignment, "Alignment of boot-placed regions"),
      verb.add_flag("--mixed-order", tree.mixed_order,
                    "Spread the boot-placed regions among the static ones"),
  };
}

/// A case file or options, not both and not neither.
void check_source(bool has_case, const std::vector<CLI::Option *> &region_options) {
  const auto given =
      std::ranges::find_if(region_options, [](const auto *option) { return option->count() > 0; });
  const bool has_region = given != region_options.end();
  if (has_case && has_region)
    throw bad_input(fmt::format("dt make: expected --case or {}, not both", (*given)->get_name()));
  if (!has_case && !has_region)
    throw bad_input("dt make: expected --case, --static or --boot-placed (--static 0: an empty "
                    "/reserved-memory)");
}

void add_make(CLI::App &dt, ChosenVerb &chosen) {
  auto options = std::make_shared<MakeOptions>();
  CLI::App *verb = dt.add_subcommand("make", "Make a board's tree with reserved regions in it");
  verb->add_option("--out", options->out, "The DTB to write")->required()->type_name("FILE");
  CLI::Option *machine = verb->add_option("--machine", options->machine,
                                          "A machine's file or name (arm64): its "
                                          "board is the base")
                             ->type_name("MACHINE");
  verb->add_option("--base", options->base, "A board's DTB, instead of a machine's")
      ->type_name("FILE.dtb")
      ->excludes(machine);
  verb->add_option("--kit", options->kit, "The kit's folder")->type_name("FOLDER");
  CLI::Option *case_option =
      verb->add_option("--case", options->case_name, "A case's file or name")->type_name("CASE");
  const auto region_options = add_region_options(*verb, options->tree);
  verb->footer("Sizes are decimal or 0x hexadecimal, with K, M or G after them.\n\nExample:\n"
               "  rmemcheck dt make --out many.dtb --static 200 --boot-placed 40 --no-map "
               "alternate");
  verb->callback([options, case_option, region_options, &chosen] {
    check_source(case_option->count() > 0, region_options);
    chosen = [options] { return make(*options); };
  });
}

void add_explain(CLI::App &dt, ChosenVerb &chosen) {
  auto file = std::make_shared<std::string>();
  CLI::App *verb =
      dt.add_subcommand("explain", "Print the layout that a tree must lead to, with the reasons");
  verb->add_option("file", *file, "The tree")->required()->type_name("FILE.dtb");
  verb->footer("A node that the kernel cannot read is bad input (2): it is named after the layout "
               "without it.\n\nExample:\n  rmemcheck dt explain "
               "out/validate/runs/patched/static-65/tree.dtb");
  verb->callback([file, &chosen] { chosen = [file] { return explain_file(*file); }; });
}

} // namespace

void add_dt(CLI::App &app, ChosenVerb &chosen) {
  CLI::App *dt = app.add_subcommand("dt", "Make a tree of reserved regions, or explain one");
  dt->require_subcommand(1);
  dt->footer("Example:\n  rmemcheck dt make --out many.dtb --static 200\n"
             "  rmemcheck dt explain many.dtb");
  add_make(*dt, chosen);
  add_explain(*dt, chosen);
}

} // namespace rmemcheck
