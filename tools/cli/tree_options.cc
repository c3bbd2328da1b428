// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/tree_options.h"

#include "base/error.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

RegionBlock block(const TreeOptions &options, const char *name, std::uint64_t count) {
  RegionBlock block;
  block.name = name;
  block.count = count;
  block.region_size = options.region_size;
  block.gap = options.gap;
  block.no_map = options.no_map;
  return block;
}

/// What stands in the tree for a reusable pool; its place is still to be set.
RegionRequest pool(const std::string &name) {
  RegionRequest request;
  request.name = name;
  request.reusable = true;
  request.compatible = {"shared-dma-pool"};
  return request;
}

void add_pools(TreeRequest &request, const TreeOptions &options) {
  for (std::uint64_t index = 0; index < options.statics; ++index) {
    RegionRequest each = pool("static");
    each.reg = {
        {options.offset + index * (options.region_size + options.gap), options.region_size}};
    request.regions.push_back(each);
  }
  for (std::uint64_t index = 0; index < options.boot_placed; ++index) {
    RegionRequest each = pool(fmt::format("boot-placed-{}", index));
    each.size = options.region_size;
    each.alignment = options.alignment;
    request.regions.push_back(each);
  }
}

void add_blocks(TreeRequest &request, const TreeOptions &options) {
  if (options.statics > 0) {
    request.blocks.push_back(block(options, "static", options.statics));
    request.blocks.back().offset = options.offset;
  }
  if (options.boot_placed > 0) {
    request.blocks.push_back(block(options, "boot-placed", options.boot_placed));
    request.blocks.back().boot_placed = true;
    request.blocks.back().alignment = options.alignment;
  }
}

} // namespace

TreeRequest tree_request(const TreeOptions &options) {
  if (options.reusable && options.no_map != NoMapShare::none)
    throw bad_input("--reusable and --no-map: a pool cannot be both, expected one of them");
  if (options.alignment != 0 && options.boot_placed == 0)
    throw bad_input("--alignment: expected --boot-placed with it, a static region has its place");
  // The block maker has a bound too; this one keeps the pools from overflowing above.
  constexpr std::uint64_t most = 100000;
  if (options.statics > most || options.boot_placed > most)
    throw bad_input(fmt::format("expected at most {} regions", most));
  TreeRequest request;
  request.mixed_order = options.mixed_order;
  (options.reusable ? add_pools : add_blocks)(request, options);
  return request;
}

} // namespace rmemcheck
