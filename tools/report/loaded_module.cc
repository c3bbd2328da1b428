// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/loaded_module.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace rmemcheck {

std::vector<std::string> words_of(const std::vector<LoadedModule> &modules) {
  std::vector<std::string> words;
  std::ranges::transform(modules, std::back_inserter(words), [](const LoadedModule &module) {
    return fmt::format("{} (SHA-256 {})", module.file, module.sha256);
  });
  return words;
}

} // namespace rmemcheck
