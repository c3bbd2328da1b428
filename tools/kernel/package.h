// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/machine.h"
#include "kernel/tree.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// A kernel as a distribution ships it, ready to boot.
struct PackagedKernel {
  std::string name;    ///< of the package
  std::string release; ///< "uname -r"
  std::string key;     ///< of its content, the probe's included
  std::filesystem::path image;
  std::filesystem::path config;
  std::vector<std::filesystem::path> modules; ///< in the order of loading, the probe last
  std::string no_probe;                       ///< why there is no probe; empty where there is
};

/// A kernel's .deb, with those packages beside it that belong to the same release: modules, and
/// the headers that the probe is built with. Kept in the cache. What is no kernel, or one of
/// another architecture than the machine's, is bad_input.
PackagedKernel take_package(const std::filesystem::path &deb, const Machine &machine,
                            const std::filesystem::path &module_source, const Progress &progress);

/// The newest kernel of a suite (kernel/debian_archive.h), fetched with its headers.
PackagedKernel take_debian(const std::string &text, const Machine &machine,
                           const std::filesystem::path &module_source, const Progress &progress);

/// Debian's name of a machine's architecture.
std::string debian_architecture(const Machine &machine);

/// A file without the compression that its name tells of (.xz, .zst, .gz), or as it is.
std::string decompressed(const std::filesystem::path &file);

} // namespace rmemcheck
