// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"

#include <filesystem>
#include <string>

namespace rmemcheck {

/// What an error of the library's is about, and why: "PATH: Permission denied".
std::string words_of(const std::filesystem::filesystem_error &error);

/// Does the work. An error of the library's in it becomes one of ours, with the path and why.
template <typename Work> auto with_our_errors(ErrorKind kind, const Work &work) {
  try {
    return work();
  } catch (const std::filesystem::filesystem_error &error) {
    throw kind(words_of(error));
  }
}

} // namespace rmemcheck
