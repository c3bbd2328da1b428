// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace rmemcheck {

/// One line of the kernel log without what printk puts in front of it.
struct LogLine {
  /// 0 (emergency) to 7 (debug); a serial console shows none.
  std::optional<unsigned> level;
  /// False where a program wrote it through /dev/kmsg, as far as the line shows it.
  bool from_kernel = true;
  std::string_view text{};
  bool has_time = false;           ///< "[    0.000000]", or a date
  std::optional<double> seconds{}; ///< since boot, where it is told so
  bool follows_loss = false;       ///< the kernel says in front of it that it has dropped lines
};

/// Whether the kernel said it as an error or as worse.
bool is_at_error_level(const LogLine &line);

/// Takes off, each where it stands: what a syslog writes ("Nov 28 08:00:00 host kernel: ", or with
/// one word for the time), "<6>" (klogctl: facility * 8 + level), "[    0.000000]" (printk.time) or
/// "[Sat Nov 28 08:00:00 2026]" (dmesg -T), and "[    T0]" (CONFIG_PRINTK_CALLER), "[5 T1     d.]"
/// (vendors'), and "** 12 printk messages dropped ** ", behind which some kernels go on in the
/// line.
LogLine parse_log_line(std::string_view line);

} // namespace rmemcheck
