// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/build.h"
#include "kernel/machine.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// The folder that holds what is not in the program: series, machines, cases, guest, module.
struct Kit {
  std::filesystem::path folder;

  [[nodiscard]] std::filesystem::path patches() const { return folder / "patches"; }
  [[nodiscard]] std::filesystem::path machines() const { return folder / "machines"; }
  [[nodiscard]] std::filesystem::path cases() const { return folder / "selftests" / "cases"; }
  [[nodiscard]] std::filesystem::path module_source() const { return folder / "kmod"; }
  [[nodiscard]] std::filesystem::path guest() const { return folder / "guest"; }
  [[nodiscard]] std::filesystem::path capture_script() const { return guest() / "capture.sh"; }
  [[nodiscard]] std::filesystem::path fragment() const { return folder / "Kconfig.fragment"; }
};

/// The kit that `given` (--kit) names, else $RMEMCHECK_KIT, else the nearest folder that is one,
/// up from the program, else share/rmemcheck beside the program's folder, where "make install" puts
/// it, else the nearest up from the working folder. None is bad_input that says what was
/// looked for.
Kit find_kit(const std::string &given);

/// Up from a folder, itself included.
std::optional<Kit> find_kit_above(const std::filesystem::path &start);

/// What `folder` lacks to be a kit, by name.
std::vector<std::string> missing_from_kit(const std::filesystem::path &folder);

/// The file of a machine: a path (with a slash or ending in .toml) or the name of one in the kit's
/// machines/ or selftests/machines/.
/// Another name is bad_input that lists them.
std::filesystem::path machine_file(const std::string &given, const Kit &kit);

/// The machine that is named, read. One that does not boot is bad_input.
Machine read_bootable_machine(const std::string &given, const Kit &kit);

/// The machines that are named, each once; "all" means all of the kit that boot. Two that are not
/// the same and have one name are bad_input.
std::vector<Machine> read_bootable_machines(const std::vector<std::string> &given, const Kit &kit);

/// A build of a tree for a machine with the kit's configuration and its probe module, unpatched.
BuildRequest build_request(const SourceTree &tree, const Machine &machine, const Kit &kit);

/// Names of all that --machine takes by name.
std::vector<std::string> machine_names(const Kit &kit);

/// The files of cases: folders of them, files, or names of ones in the kit, which come before a
/// folder of that name; none given means all of the kit, numbers in their order. A case named twice
/// is there once. A folder without cases is bad_input.
std::vector<std::filesystem::path> case_files(const std::vector<std::string> &given,
                                              const Kit &kit);

} // namespace rmemcheck
