// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/boot.h"

namespace rmemcheck {

/// Puts in the guest's memory what its tree says a crashed kernel has left there: the ELF core
/// header of linux,elfcorehdr. `request` has the machine, the DTB and the init already.
void add_crash_images(BootRequest &request);

} // namespace rmemcheck
