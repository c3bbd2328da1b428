// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "base/file.h"
#include "base/plural.h"
#include "base/range_set.h"
#include "catalogue/case.h"
#include "catalogue/kit.h"
#include "cli/dt_verbs.h"
#include "cli/machine_tree.h"
#include "cli/size_option.h"
#include "cli/tree_options.h"
#include "devicetree/reserved_memory.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <memory>

namespace rmemcheck {
namespace {

struct MakeOptions : MachineTreeOptions {
  std::string out;
  std::string case_name;
  TreeOptions tree;
};

std::filesystem::path case_file(const MakeOptions &options) {
  if (is_file(options.case_name))
    return options.case_name;
  const auto files = case_files({options.case_name}, find_kit(options.kit));
  if (files.size() > 1)
    throw bad_input(fmt::format("--case {}: expected one case, not a folder of {}",
                                options.case_name, files.size()));
  return files.front();
}

TreeRequest wanted_tree(const MakeOptions &options) {
  if (options.case_name.empty())
    return tree_request(options.tree);
  const std::filesystem::path file = case_file(options);
  check_output(options.out, {file.string()});
  return read_case(file).tree;
}

/// Regions that are not all RAM: a case may want them, but who counts them by an option may not
/// know.
std::size_t outside_ram(const ReservedMemory &tree) {
  const RangeSet memory(tree.memory);
  return static_cast<std::size_t>(std::ranges::count_if(tree.regions, [&](const auto &region) {
    return std::ranges::any_of(region.reg,
                               [&](const auto &range) { return !memory.covers(range); });
  }));
}

ExitStatus make(const MakeOptions &options) {
  check_output(options.out, {options.base});
  const TreeRequest request = wanted_tree(options);
  const MachineTree board = machine_tree(options);
  const std::string dtb = make_tree(board.dtb, request, board.memory_base);
  const ReservedMemory tree = read_reserved_memory(dtb, options.out);
  write_output(options.out, dtb);
  fmt::print("{}: {}, {} bytes\n", options.out, plural(tree.regions.size(), "region"), dtb.size());
  if (const std::size_t outside = outside_ram(tree); outside > 0 && options.case_name.empty())
    fmt::print(stderr, "rmemcheck: note: {} of {} outside RAM, all or in part\n", outside,
               plural(tree.regions.size(), "region"));
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

} // namespace

void add_dt_make(CLI::App &dt, ChosenVerb &chosen) {
  auto options = std::make_shared<MakeOptions>();
  CLI::App *verb = dt.add_subcommand("make", "Make a board's tree with reserved regions in it");
  verb->add_option("--out", options->out, "The DTB to write")->required()->type_name("FILE");
  add_machine_tree_options(*verb, *options);
  CLI::Option *case_option =
      verb->add_option("--case", options->case_name, "A case's file or name")->type_name("CASE");
  const auto region_options = add_region_options(*verb, options->tree);
  verb->footer("Sizes are decimal or 0x hexadecimal, with K, M or G after them.\n\nExample:\n"
               "  rmemcheck dt make --out many.dtb --static 200 --boot-placed 40 --no-map "
               "alternate --mixed-order\n"
               "  rmemcheck dt make --out pools.dtb --boot-placed 8 --reusable --region-size 4M "
               "--alignment 4M\n"
               "  rmemcheck dt make --out apart.dtb --static 65 --offset 256M --gap 64K --machine "
               "riscv64\n"
               "  rmemcheck dt make --out one.dtb --case static-65 --base board.dtb");
  verb->callback([options, case_option, region_options, &chosen] {
    check_source(case_option->count() > 0, region_options);
    chosen = [options] { return make(*options); };
  });
}

} // namespace rmemcheck
