// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/role.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// What stands behind a plus sign: patches on top of a tree.
struct Addition {
  enum class Kind {
    series,      ///< "series": the one that serves the tree's version
    each_series, ///< "series/each": a kernel after every patch of it
    patch,       ///< FILE.patch
    folder       ///< FOLDER/: a kernel with each patch of it alone
  };
  Kind kind = Kind::series;
  std::filesystem::path path; ///< of a patch or a folder
};

/// How a person names a kernel, or several:
///
///   [ROLE=]BASE[@REVISION | @FROM..TO][+ADDITION]...
///
/// BASE is a folder or repository, a linux-source archive, a release such as v6.9, a boot image, a
/// vmlinux, a kernel's .deb, or debian:SUITE[/PATTERN][/ARCHITECTURE]; nothing means Debian's
/// linux-source-6.1. FROM itself is not among the commits of FROM..TO.
struct KernelSpec {
  enum class Kind { tree, image, package, debian };

  std::string text; ///< as it was given
  std::optional<Role> role;
  Kind kind = Kind::tree;
  std::string base;     ///< without "debian:"
  std::string revision; ///< TO of a range; empty: as it is
  std::string from;     ///< of a range; empty: there is none
  std::vector<Addition> additions;

  /// What find_tree() takes.
  [[nodiscard]] std::string tree() const;
};

/// The grammar, for --help.
extern const char *const spec_help;

/// Reads one. What is none, or names no file, is bad_input that says what was expected.
KernelSpec parse_spec(const std::string &text);

} // namespace rmemcheck
