// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace rmemcheck {

// Files of this folder, as they were when the program was built (embedded.cc.in).
extern const char *const page_html;
extern const char *const page_css;
extern const char *const page_js;

} // namespace rmemcheck
