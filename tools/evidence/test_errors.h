// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"

#include <gtest/gtest.h>

#include <string>

namespace rmemcheck {

/// The message of the could_not_find_out that a call throws; the test fails if it throws none.
template <typename Call> std::string message_of(Call call) {
  try {
    call();
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), ExitStatus::unknown);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

} // namespace rmemcheck
