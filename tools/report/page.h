// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/memory_map.h"
#include "report/results.h"

#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// One boot on the page.
struct PageBoot {
  CaseResult result;
  std::vector<std::string> again; ///< commands that show it again, for a shell
  std::optional<MemoryMap> map;
  std::string no_map_why; ///< why there is no map
};

/// One run on the page: the results of a machine.
struct PageRun {
  RunResults results; ///< its cases are in `boots`
  std::vector<PageBoot> boots;
};

/// One HTML page that asks for nothing else, from the network or from a disk: what the runs come
/// to, a case-by-kernel table, and for each boot its map of physical memory, its findings as a
/// table and the commands. Whatever text stands in it, it is only shown.
std::string html_page(const std::vector<PageRun> &runs);

} // namespace rmemcheck
