// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace rmemcheck {

struct Property {
  std::string name;
  std::string value;
};

struct NewNode {
  std::string name; ///< with its unit address
  std::vector<Property> properties;
};

/// The tree with new children of the node at `path`, before those that it has, in their order and
/// whatever their names, which may be equal. Written from front to back, so that 16000 of them take
/// no longer than reading them. `dtb` is one that libfdt has written; errors of libfdt are
/// could_not_find_out.
std::string insert_children(const std::string &dtb, const std::string &path,
                            const std::vector<NewNode> &children);

} // namespace rmemcheck
