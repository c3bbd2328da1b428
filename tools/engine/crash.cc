// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/crash.h"

#include "base/file.h"
#include "devicetree/reserved_memory.h"
#include "guest/elf_core_header.h"

namespace rmemcheck {

void add_crash_images(BootRequest &request) {
  if (request.dtb.empty() || !request.machine.has_user_space) // nobody would read /proc/vmcore
    return;
  const auto elfcorehdr = read_elfcorehdr(request.dtb, "tree.dtb");
  if (!elfcorehdr)
    return;
  const std::uint64_t base = request.machine.board.memory_base;
  request.images.push_back(elf_core_header(*elfcorehdr,
                                           {base, base + (request.machine.board.memory_mib << 20)},
                                           read_file(request.init)));
}

} // namespace rmemcheck
