// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/board_options.h"

#include "base/utf8.h"
#include "cli/range_option.h"
#include "cli/size_option.h"
#include "devicetree/source.h"
#include "expectation/room_left.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

BoardView view_of(const std::string &path, const BoardOptions &options) {
  BoardView view;
  view.path = path;
  view.dtb = read_tree(path);
  refuse_overlay(view.dtb, path);
  view.tree = read_reserved_memory(view.dtb, path);
  view.around = read_surroundings(view.dtb, path);
  if (!options.memory.empty()) {
    view.tree.memory = options.memory;
    view.tree.disabled_memory.clear();
  }
  if (options.cmdline)
    view.tree.bootargs = *options.cmdline;
  view.loads = options.loads;
  if (!view.loads.initrd)
    view.loads.initrd = view.tree.initrd;
  BootFacts facts;
  facts.page_size = options.page_size;
  facts.is_memory_unknown = true;
  facts.arch = view.around.arch;
  facts.refuses_mapped_pools = facts.arch == "arm"; // rmem_dma_setup(), kernel/dma/coherent.c
  for (const auto &range : {view.loads.kernel, view.loads.initrd})
    if (range)
      facts.taken.push_back(*range);
  view.expectation = expect(view.tree, facts);
  refuse_without_room_left(view.expectation);
  return view;
}

void check(const BoardOptions &options) {
  if (options.files.empty())
    throw bad_input("expected a tree: FILE is required; --help shows what there is");
  if (!std::has_single_bit(options.page_size) || options.page_size < 0x1000)
    throw bad_input(
        fmt::format("--page-size {:#x}: expected a power of two, at least 4K", options.page_size));
}

} // namespace

void add_board_options(CLI::App &verb, BoardOptions &options) {
  verb.add_option("file", options.files,
                  "Trees: DTBs, sources (DTS), or folders such as /proc/device-tree")
      ->type_name("FILE");
  add_ranges_option(verb, "--memory", options.memory, options.files,
                    "RAM, as firmware fills it in, instead of the tree's");
  add_range_option(verb, "--kernel", options.loads.kernel, "Where the kernel's image is loaded");
  add_range_option(verb, "--initrd", options.loads.initrd,
                   "Where the initrd is loaded, instead of where the tree says");
  verb.add_option_function<std::string>(
          "--cmdline", [&options](const std::string &words) { options.cmdline = words; },
          "The kernel's command line (mem=, cma=), instead of the tree's")
      ->type_name("WORDS");
  add_size_option(verb, "--page-size", options.page_size, "Bytes of the kernel's pages");
}

ExitStatus look_at_boards(const BoardOptions &options,
                          const std::function<ExitStatus(const BoardView &)> &look) {
  check(options);
  ExitStatus worst = ExitStatus::holds;
  for (const std::string &path : options.files) {
    try {
      worst = std::max(worst, look(view_of(path, options)));
    } catch (const Error &error) {
      if (options.files.size() == 1 || error.status() == ExitStatus::interrupted)
        throw;
      std::fflush(stdout);
      fmt::print(stderr, "rmemcheck: {}\n", clean_text(error.what()));
      worst = std::max(worst, error.status());
    }
  }
  return worst;
}

} // namespace rmemcheck
