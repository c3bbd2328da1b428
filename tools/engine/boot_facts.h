// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/reserved_memory.h"
#include "evidence/evidence.h"
#include "expectation/expectation.h"

namespace rmemcheck {

/// What the loader and the architecture have decided, which no tree says: where the kernel lies
/// (/proc/iomem), where the initrd (the tree that the kernel was given) and the DTB (the word of
/// OpenSBI on the console; memblock, by the size of `raw`'s "fdt"), and which memory in front of
/// itself the kernel has said it ignores.
BootFacts facts_of(const ReservedMemory &tree, const Evidence &evidence, const RawEvidence &raw,
                   const std::string &console = "");

/// Where User-mode Linux puts a tree of `size` bytes before it scans it: at the end of `ram`
/// (uml_load_file(), arch/um/kernel/initrd.c).
PhysicalRange tree_of_um(const PhysicalRange &ram, std::uint64_t size);

/// What User-mode Linux has for itself at the start of `ram`: 4 MiB behind the next multiple of
/// that after its data (linux_main(), arch/um/kernel/um_arch.c). Empty where its log lacks the
/// sizes.
PhysicalRange kernel_of_um(const PhysicalRange &ram, const KernelLog &log);

} // namespace rmemcheck
