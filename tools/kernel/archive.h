// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>
#include <map>
#include <string>

namespace rmemcheck {

/// Whether the name is that of an archive this kit reads: .tar, .tar.xz, .tar.gz, .tar.zst,
/// .tar.bz2.
bool is_archive_name(const std::filesystem::path &path);

/// Unpacks an archive of one top folder into `folder`, without that top folder. An archive
/// that is cut short or no archive is bad_input; a full disk is could_not_find_out.
void unpack(const std::filesystem::path &archive, const std::filesystem::path &folder,
            const Progress &progress);

/// The plain files of a tar archive that may be anybody's, by name, read into memory; compressed by
/// gzip, bzip2, xz or not at all. `origin` names it in messages. What is no such archive or is cut
/// short is bad_input, and so is a member that is no file or folder, that has an absolute name or
/// one with "..", that is there twice, or what is more than anybody captures.
std::map<std::string, std::string> read_members(const std::string &bytes,
                                                const std::string &origin);

} // namespace rmemcheck
