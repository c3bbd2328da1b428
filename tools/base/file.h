// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// The whole file as bytes. A file that cannot be read is bad_input naming it and why, and so is
/// what may never end, a device or a named pipe, and more than 512 MiB. A shell's <(COMMAND) is
/// taken.
std::string read_file(const std::filesystem::path &path);

/// The same of what must be a file: any pipe is bad_input as well.
std::string read_regular_file(const std::filesystem::path &path);

/// All of standard input, no more than of a file.
std::string read_standard_input();

/// Whether there is anything of that name: a link that leads nowhere is.
bool is_there(const std::filesystem::path &path);

/// Whether it is a folder, or leads to one; a link that leads nowhere, or to itself, does not.
bool is_folder(const std::filesystem::path &path);

/// Whether it is a regular file, or leads to one, as far as anybody can tell.
bool is_file(const std::filesystem::path &path);

/// Whether there is anything, links followed. Where that cannot be told, as in a folder that may
/// not be looked into, it is bad_input naming the path and why.
bool is_found(const std::filesystem::path &path);

/// Writes beside the target, then renames over it: a reader sees all or nothing, and
/// a full disk leaves no half file. A link is followed, not replaced, and what is no regular file,
/// a pipe or a device, is written into. A failure is could_not_find_out naming the path.
void write_file(const std::filesystem::path &path, std::string_view bytes);

/// The same for a file that a person has named: one in no folder is bad_input.
void write_output(const std::filesystem::path &path, std::string_view bytes);

/// Lines without their newline; a last line without newline counts.
std::vector<std::string> split_lines(std::string_view text);

/// SHA-256 in lower-case hex.
std::string sha256(std::string_view bytes);

/// The same of a file, which is never in memory as a whole. Errors as read_file().
std::string sha256_of_file(const std::filesystem::path &path);

} // namespace rmemcheck
