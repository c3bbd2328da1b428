// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace rmemcheck {

/// Whether a node of a device tree can have that name: what dtc takes, with one "@" at most. What a
/// terminal, a web page or another program has put behind a name is none of it.
bool is_node_name(std::string_view name);

/// Whether the text of a line has another line in it that is looked for, or a piece of one: two
/// lines that have run together, or what is left of a line where somebody else wrote between.
bool hides_line(std::string_view text);

} // namespace rmemcheck
