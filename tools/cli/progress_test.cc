// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

/// A stream that keeps what is written to it.
class Memory {
public:
  Memory() : stream_(::open_memstream(&text_, &size_)) {}
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;
  ~Memory() {
    std::fclose(stream_);
    std::free(text_);
  }
  [[nodiscard]] std::FILE *stream() const { return stream_; }
  [[nodiscard]] std::string text() const {
    std::fflush(stream_);
    return {text_, size_};
  }

private:
  char *text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE *stream_;
};

TEST(ProgressLine, PrintsALineAtEachNewStepOfALog) {
  const Memory out;
  const Memory status;
  {
    ProgressLine progress(out.stream(), status.stream(), false);
    progress.step("compiling", 0.1);
    progress.step("compiling", 0.2); // too soon
    progress.print("built\n");
    progress.step("booting", -1);
  }
  EXPECT_EQ(status.text(), "compiling (10 %)\nbooting\n");
  EXPECT_EQ(out.text(), "built\n");
}

TEST(ProgressLine, SaysWhatRunsAndHowLongYetOnATerminal) {
  const Memory out;
  const Memory status;
  {
    ProgressLine progress(out.stream(), status.stream(), true);
    progress.boots({142, 12, {"baseline/static-65", "patched/one"}, 185});
  }
  EXPECT_EQ(status.text(), "\r\033[Kbooting 142 guests (8 %), 130 left, about 3 min: "
                           "baseline/static-65, patched/one\r\033[K");
}

TEST(ProgressLine, SaysInALogHowManyGuestsThereAreAndNotEachOfThem) {
  const Memory out;
  const Memory status;
  {
    ProgressLine progress(out.stream(), status.stream(), false);
    progress.boots({2, 0, {"baseline/one"}, -1});
    progress.boots({2, 1, {"patched/one"}, 1}); // too soon
  }
  EXPECT_EQ(status.text(), "booting 2 guests (0 %)\n");
}

TEST(ProgressLine, RewritesItsLineOnATerminal) {
  const Memory both;
  {
    ProgressLine progress(both.stream(), both.stream(), true);
    progress.step("compiling", 0.5);
    progress.print("built\n");
    progress.step("booting", -1);
  }
  EXPECT_EQ(both.text(), "\r\033[Kcompiling (50 %)\r\033[Kbuilt\n\r\033[Kbooting\r\033[K");
}

} // namespace
} // namespace rmemcheck
