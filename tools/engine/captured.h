// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kept_boot.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// What "rmemcheck capture" has packed on a live system, as a boot that is kept. `origin` names the
/// archive in messages. `dtb` is the tree where the archive has none; empty: none is given. What is
/// no such archive, or not all of one, is bad_input that says what is wrong.
KeptBoot read_capture(const std::string &archive, const std::string &origin,
                      const std::string &dtb = "");

/// A kernel log in any form that people paste (evidence/pasted_log.h), with the tree or without:
/// the boots that it holds, in order, of which nothing else is known. Lines keep their numbers.
/// What is no kernel log is bad_input.
std::vector<KeptBoot> read_pasted(const std::string &text, const std::string &origin,
                                  const std::string &dtb = "");

} // namespace rmemcheck
