// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/kit.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

constexpr std::array parts = {"patches", "machines",        "kmod",
                              "guest",   "selftests/cases", "Kconfig.fragment"};

Kit checked(const fs::path &folder, const char *said_by) {
  const std::vector<std::string> missing = missing_from_kit(folder);
  if (!missing.empty())
    throw bad_input(fmt::format("{}: {}: not a kit folder, it has no {}", said_by, folder.string(),
                                fmt::join(missing, ", ")));
  return {folder};
}

/// *.toml of a folder, static-9 before static-10.
std::vector<fs::path> toml_files(const fs::path &folder) {
  std::vector<fs::path> files;
  for (const fs::path &entry : entries_of(folder, bad_input))
    if (entry.extension() == ".toml" && is_file(entry))
      files.push_back(entry);
  std::ranges::sort(files, [](const fs::path &a, const fs::path &b) {
    return ::strverscmp(a.c_str(), b.c_str()) < 0;
  });
  return files;
}

/// At least one.
std::vector<fs::path> cases_in(const fs::path &folder) {
  std::vector<fs::path> files = toml_files(folder);
  if (files.empty())
    throw bad_input(fmt::format("{}: no cases, expected *.toml files", folder.string()));
  return files;
}

std::string stems(const std::vector<fs::path> &files) {
  std::string names;
  for (const fs::path &file : files)
    names += (names.empty() ? "" : ", ") + file.stem().string();
  return names;
}

bool looks_like_path(const std::string &given) {
  return given.find('/') != std::string::npos || given.ends_with(".toml");
}

/// A file that is given by path, or by name as one of `folder`.
fs::path named_file(const std::string &given, const fs::path &folder, const char *what) {
  fs::path path = looks_like_path(given) ? fs::path(given) : folder / (given + ".toml");
  if (is_file(path))
    return path;
  if (looks_like_path(given))
    throw bad_input(fmt::format("{}: no such {} file", given, what));
  throw bad_input(fmt::format("{}: no {} of this name, expected a file or one of {}", given, what,
                              stems(toml_files(folder))));
}

std::vector<Machine> bootable_machines(const Kit &kit) {
  std::vector<Machine> machines;
  std::ranges::transform(toml_files(kit.machines()), std::back_inserter(machines), read_machine);
  std::erase_if(machines, [](const Machine &machine) { return !machine.boots; });
  return machines;
}

/// Results go by a machine's name.
void add_once(std::vector<Machine> &machines, const Machine &machine) {
  const auto same = std::ranges::find(machines, machine.name, &Machine::name);
  if (same == machines.end())
    machines.push_back(machine);
  else if (same->key != machine.key)
    throw bad_input(fmt::format("--machine {}: expected names that differ: two files are called so",
                                machine.name));
}

} // namespace

std::vector<std::string> missing_from_kit(const fs::path &folder) {
  std::vector<std::string> missing;
  for (const char *part : parts)
    if (!is_there(folder / part))
      missing.emplace_back(part);
  return missing;
}

std::optional<Kit> find_kit_above(const fs::path &start) {
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (missing_from_kit(folder).empty())
      return Kit{folder};
    if (folder == folder.parent_path())
      return std::nullopt;
  }
}

Kit find_kit(const std::string &given) {
  if (!given.empty())
    return checked(given, "--kit");
  if (const char *variable = std::getenv("RMEMCHECK_KIT"); variable != nullptr && *variable != '\0')
    return checked(variable, "RMEMCHECK_KIT");
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path();
  if (const auto kit = find_kit_above(program))
    return *kit;
  // "make install" puts the program into PREFIX/bin.
  const fs::path installed = program.parent_path() / "share" / "rmemcheck";
  if (missing_from_kit(installed).empty())
    return {installed};
  if (const auto kit = find_kit_above(fs::current_path()))
    return *kit;
  throw bad_input(fmt::format("no kit folder (one with {}) at or above {}, in {}, or at or above "
                              "{}, expected --kit FOLDER or RMEMCHECK_KIT",
                              fmt::join(parts, ", "), program.string(), installed.string(),
                              fs::current_path().string()));
}

fs::path machine_file(const std::string &given, const Kit &kit) {
  fs::path of_tests = kit.folder / "selftests" / "machines" / (given + ".toml");
  if (!looks_like_path(given) && is_file(of_tests))
    return of_tests;
  return named_file(given, kit.machines(), "machine");
}

std::vector<std::string> machine_names(const Kit &kit) {
  std::vector<std::string> names;
  for (const fs::path &folder : {kit.machines(), kit.folder / "selftests" / "machines"})
    if (is_folder(folder)) // what is installed has no tests
      for (const fs::path &file : toml_files(folder))
        names.push_back(file.stem().string());
  return names;
}

BuildRequest build_request(const SourceTree &tree, const Machine &machine, const Kit &kit) {
  BuildRequest request;
  request.tree = tree;
  request.machine = machine;
  request.fragment = kit.fragment();
  request.module_source = kit.module_source();
  return request;
}

Machine read_bootable_machine(const std::string &given, const Kit &kit) {
  const fs::path file = machine_file(given, kit);
  Machine machine = read_machine(file);
  if (!machine.boots)
    throw bad_input(fmt::format(
        "{}: expected a [qemu] or a [native]: this machine is only compiled", file.string()));
  return machine;
}

std::vector<Machine> read_bootable_machines(const std::vector<std::string> &given, const Kit &kit) {
  std::vector<Machine> machines;
  for (const std::string &each : given)
    if (each == "all")
      std::ranges::for_each(bootable_machines(kit),
                            [&](const Machine &machine) { add_once(machines, machine); });
    else
      add_once(machines, read_bootable_machine(each, kit));
  return machines;
}

std::vector<fs::path> case_files(const std::vector<std::string> &given, const Kit &kit) {
  if (given.empty())
    return cases_in(kit.cases());
  std::vector<fs::path> files;
  const auto add = [&](const fs::path &file) {
    if (std::ranges::none_of(files,
                             [&](const fs::path &other) { return fs::equivalent(file, other); }))
      files.push_back(file);
  };
  for (const std::string &each : given) {
    const bool is_name = !looks_like_path(each) && is_file(kit.cases() / (each + ".toml"));
    if (!is_name && is_folder(each))
      std::ranges::for_each(cases_in(each), add);
    else
      add(named_file(each, kit.cases(), "case"));
  }
  return files;
}

} // namespace rmemcheck
