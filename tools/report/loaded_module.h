// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace rmemcheck {

/// A module that a person has named, which is loaded before a kernel is asked for anything.
struct LoadedModule {
  std::string file;   ///< as the person named it
  std::string sha256; ///< of its bytes, in hex
  bool operator==(const LoadedModule &) const = default;
};

/// Of each its file and checksum, in words.
std::vector<std::string> words_of(const std::vector<LoadedModule> &modules);

// As run.json and results.json have them.

template <typename Json> void to_json(Json &json, const LoadedModule &module) {
  json = {{"file", module.file}, {"sha256", module.sha256}};
}

template <typename Json> void from_json(const Json &json, LoadedModule &module) {
  json.at("file").get_to(module.file);
  json.at("sha256").get_to(module.sha256);
}

} // namespace rmemcheck
