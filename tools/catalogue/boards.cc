// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/boards.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "devicetree/source.h"
#include "devicetree/transplant.h"
#include "guest/boot.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

bool is_tree(const fs::path &path) {
  return path.extension() == ".dtb" || path.extension() == ".dts";
}

std::vector<fs::path> trees_below(const fs::path &folder) {
  std::vector<fs::path> files;
  for (const fs::path &name : files_below(folder, bad_input))
    if (is_tree(name) && is_file(folder / name))
      files.push_back(folder / name);
  if (files.empty())
    throw bad_input(fmt::format("{}: no boards, expected *.dtb or *.dts files", folder.string()));
  return files;
}

bool has_name(const fs::path &folder) { return folder.has_filename() && folder.filename() != "."; }

/// The name of a folder that results are left in: the board's file, and where another board's is
/// called so as well, with the folder in front.
std::string name_of(const fs::path &file, std::set<std::string> &taken) {
  std::string name = file.stem().string();
  for (fs::path rest = file.parent_path(); !taken.insert(name).second; rest = rest.parent_path()) {
    if (has_name(rest))
      name.insert(0, rest.filename().string() + '-');
    else
      name += file.extension().string();
  }
  return name;
}

} // namespace

std::vector<fs::path> board_files(const std::vector<fs::path> &given) {
  std::vector<fs::path> files;
  for (const fs::path &each : given) {
    if (is_folder(each))
      std::ranges::move(trees_below(each), std::back_inserter(files));
    else if (is_file(each))
      files.push_back(each);
    else
      throw bad_input(fmt::format("--boards {}: no such folder or file", each.string()));
  }
  return files;
}

std::vector<std::string> board_names(const std::vector<fs::path> &given) {
  std::vector<std::string> names;
  for (const fs::path &file : board_files(given)) {
    names.push_back(file.stem().string());
    for (fs::path rest = file.parent_path(); has_name(rest); rest = rest.parent_path())
      names.push_back(rest.filename().string() + '-' + names.back());
    names.push_back(names.back() + file.extension().string());
  }
  return names;
}

std::vector<PreparedCase> prepare_boards(const std::vector<fs::path> &given, const Machine &machine,
                                         const fs::path &kernel,
                                         std::vector<std::string> &left_out) {
  const bool has_tree = machine.board.has_device_tree;
  const std::string base = has_tree ? board_dtb(machine, kernel) : "";
  std::set<std::string> taken;
  std::vector<PreparedCase> cases;
  for (const fs::path &file : board_files(given)) {
    const std::string dtb = read_tree(file);
    const std::size_t count = read_reserved_memory(dtb, file.string()).regions.size();
    if (count == 0) {
      left_out.push_back(file.string());
      continue;
    }
    PreparedCase prepared;
    prepared.what.name = name_of(file, taken);
    prepared.what.title = fmt::format("{} of {}, transplanted",
                                      count == 1 ? "the region" : fmt::format("{} regions", count),
                                      file.filename().string());
    prepared.is_board = true;
    prepared.file = file;
    try {
      if (has_tree) {
        prepared.what.tree =
            transplant(dtb, file.string(), bed_of(base, machine.name, machine.board.memory_base))
                .request;
        prepared.dtb = make_tree(base, prepared.what.tree, machine.board.memory_base);
      }
    } catch (const Error &error) {
      prepared.trouble = error.what();
    }
    cases.push_back(std::move(prepared));
  }
  return cases;
}

} // namespace rmemcheck
