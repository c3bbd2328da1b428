// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace rmemcheck {

/// A tree as a person has it, as the bytes of a DTB: a DTB, a source (DTS), or a folder that a
/// running kernel shows its tree in (/proc/device-tree), which lacks /memreserve/ and the order of
/// nodes. What cannot be read, and a source that dtc refuses, is bad_input naming the file, and the
/// line. A DTB is not looked into here.
std::string read_tree(const std::filesystem::path &path);

/// The DTB of a source.
std::string compiled_tree(const std::filesystem::path &source);

/// Bad input where a DTB is what dtc makes of /plugin/, and no board's tree; as of Dtb where it is
/// broken. `origin` names it.
void refuse_overlay(const std::string &dtb, const std::string &origin);

} // namespace rmemcheck
