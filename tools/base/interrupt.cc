// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "base/process.h"

#include <csignal>

namespace rmemcheck {
namespace {

volatile std::sig_atomic_t interrupt_flag = 0;

extern "C" void set_interrupt_flag(int) { interrupt_flag = 1; }

} // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = set_interrupt_flag; // without SA_RESTART: a wait ends at once
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    ::sigaction(signal, &action, nullptr);
}

bool interrupted() { return interrupt_flag != 0; }

void throw_if_interrupted() {
  if (interrupted())
    throw Error(ExitStatus::interrupted, "interrupted");
}

} // namespace rmemcheck
