// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/folder.h"

#include "base/error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

namespace rmemcheck {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "rmemcheck-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw could_not_find_out(fmt::format("{}: cannot be made: {}", name, std::strerror(errno)));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void make_folders(const fs::path &path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw could_not_find_out(fmt::format("{}: cannot be made: {}", path.string(), error.message()));
}

} // namespace rmemcheck
