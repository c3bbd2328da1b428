// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/folder.h"

#include "base/file_error.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <functional>

namespace rmemcheck {
namespace fs = std::filesystem;

namespace {

void for_each_entry(const fs::path &folder, ErrorKind kind,
                    const std::function<void(const fs::directory_entry &)> &take) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    take(*entry);
  if (error)
    throw kind(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
}

/// The library's own recursion does not say which folder it cannot read.
void add_files(const fs::path &folder, const fs::path &below, ErrorKind kind,
               std::vector<fs::path> &files) {
  for_each_entry(below.empty() ? folder : folder / below, kind,
                 [&](const fs::directory_entry &entry) {
                   std::error_code none;
                   const fs::path name = below / entry.path().filename();
                   if (entry.is_symlink(none) || entry.is_regular_file(none))
                     files.push_back(name);
                   else if (entry.is_directory(none))
                     add_files(folder, name, kind, files);
                 });
}

} // namespace

TemporaryFolder::TemporaryFolder() {
  const fs::path place =
      with_our_errors(could_not_find_out, [] { return fs::temp_directory_path(); });
  std::string name = (place / "rmemcheck-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw could_not_find_out(fmt::format("{}: cannot be made: {}", name, std::strerror(errno)));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<fs::path> entries_of(const fs::path &folder, ErrorKind kind) {
  std::vector<fs::path> entries;
  for_each_entry(folder, kind,
                 [&](const fs::directory_entry &entry) { entries.push_back(entry.path()); });
  std::ranges::sort(entries);
  return entries;
}

std::vector<fs::path> files_below(const fs::path &folder, ErrorKind kind) {
  std::vector<fs::path> files;
  add_files(folder, "", kind, files);
  std::ranges::sort(files);
  return files;
}

void make_folders(const fs::path &path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw could_not_find_out(fmt::format("{}: cannot be made: {}", path.string(), error.message()));
}

} // namespace rmemcheck
