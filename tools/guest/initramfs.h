// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// A newc archive (Documentation/driver-api/early-userspace/buffer-format.rst), not compressed,
/// with /init, /dev/console and the modules in /modules, which PID 1 loads as /modules/order says.
/// A file that cannot be read is bad_input.
std::string make_initramfs(const std::filesystem::path &init,
                           const std::vector<std::filesystem::path> &modules);

} // namespace rmemcheck
