// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file_error.h"

#include <fmt/format.h>

namespace rmemcheck {

std::string words_of(const std::filesystem::filesystem_error &error) {
  const std::string why = error.code().message();
  if (error.path1().empty()) // it is asked for without a name
    return fmt::format("the current folder: {}", why);
  if (error.path2().empty())
    return fmt::format("{}: {}", error.path1().string(), why);
  return fmt::format("{}, to become {}: {}", error.path1().string(), error.path2().string(), why);
}

} // namespace rmemcheck
