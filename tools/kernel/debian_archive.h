// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// SUITE[/PATTERN][/ARCHITECTURE] of a kernel spec.
struct DebianSpec {
  std::string suite;
  std::string pattern; ///< of a package's whole name; a regular expression
  std::string architecture;
};

/// The pattern that is not given is that of the architecture's usual kernel, without "cloud" and
/// the like; the architecture is `usual`.
DebianSpec parse_debian_spec(const std::string &text, const std::string &usual);

/// One suite and architecture of the archive that this machine has its own packages from, seen by
/// an apt that has a configuration of its own. The system's apt is left alone, nothing is
/// installed.
class DebianArchive {
public:
  /// Asks for its packages. An archive that cannot be had is could_not_find_out.
  DebianArchive(const std::string &suite, const std::string &architecture,
                const Progress &progress);

  /// The package of the highest version in its name, of those whose whole name matches. None is
  /// could_not_find_out.
  [[nodiscard]] std::string newest(const std::string &beginning, const std::string &pattern) const;
  [[nodiscard]] bool has(const std::string &package) const;
  /// Its version, such as "6.12.117-1".
  [[nodiscard]] std::string version_of(const std::string &package) const;
  /// The package and those of its dependencies that are linux-KIND-..., as `kinds` names them.
  [[nodiscard]] std::vector<std::string> with_parts(const std::string &package,
                                                    const std::string &kinds) const;
  /// Leaves the .deb in a folder.
  void download(const std::string &package, const std::filesystem::path &folder) const;

private:
  [[nodiscard]] std::string apt(std::vector<std::string> words,
                                const std::filesystem::path &folder = ".") const;
  [[nodiscard]] std::string show(const std::string &package, const std::string &field) const;

  std::filesystem::path folder_;
};

/// "amd64": Debian's name of this machine.
std::string host_architecture();

} // namespace rmemcheck
