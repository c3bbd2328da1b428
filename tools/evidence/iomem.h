// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <string_view>
#include <vector>

namespace rmemcheck {

/// /proc/iomem (kernel/resource.c, r_show()): "40000000-7fffffff : System RAM", end inclusive, two
/// spaces a level. To a reader without CAP_SYS_ADMIN every address is 0: could_not_find_out.
std::vector<IomemEntry> parse_iomem(std::string_view text);

/// The entries of that name that lie in no other one. "System RAM" holds the pages that the kernel
/// may use; no-map memory is an entry of its own beside it, and what is mapped and reserved is
/// within (request_standard_resources() in arch/arm64/kernel/setup.c).
std::vector<IomemEntry> top_level(const std::vector<IomemEntry> &entries, std::string_view name);

/// From "Kernel code" to "Kernel bss", with what lies between; nothing where /proc/iomem does not
/// show the kernel.
std::optional<PhysicalRange> kernel_image(const Evidence &evidence);

} // namespace rmemcheck
