// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>

namespace rmemcheck {

/// Whether the name is that of an archive this kit reads: .tar, .tar.xz, .tar.gz, .tar.zst,
/// .tar.bz2.
bool is_archive_name(const std::filesystem::path &path);

/// Unpacks an archive of one top folder into `folder`, without that top folder. An archive
/// that is cut short or no archive is bad_input; a full disk is could_not_find_out.
void unpack(const std::filesystem::path &archive, const std::filesystem::path &folder,
            const Progress &progress);

} // namespace rmemcheck
