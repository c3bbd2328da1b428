// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/expectation.h"

#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// Something that a tree has wrong, or leaves open.
struct TreeFault {
  std::string rule;   ///< "overlap"; the same for ever
  std::string node;   ///< name of a region, or the path of another node
  std::string fault;  ///< what is wrong, without the node
  std::string kernel; ///< what the kernel does with it, and since which version
};

/// Where a boot loader puts what it loads, as far as a person or the tree tells.
struct LoadAddresses {
  std::optional<PhysicalRange> kernel;
  std::optional<PhysicalRange> initrd;
};

// Each looks at enabled regions that the tree places, tuple by tuple, in tree order.

/// Pairs of regions that share a byte, and regions over /memreserve/ entries.
std::vector<TreeFault> overlap_faults(const Expectation &expectation);
/// Regions over the kernel, the initrd or the elfcorehdr.
std::vector<TreeFault> load_address_faults(const Expectation &expectation,
                                           const LoadAddresses &loads);
/// No-map regions of which a page holds mapped memory, too: no kernel can keep it out of the
/// mapping.
std::vector<TreeFault> shared_page_faults(const Expectation &expectation);
/// Regions without a size, disabled or not, which firmware fills in.
std::vector<TreeFault> placeholder_faults(const Expectation &expectation);

} // namespace rmemcheck
