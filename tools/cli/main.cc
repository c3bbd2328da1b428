// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file_error.h"
#include "base/process.h"
#include "base/utf8.h"
#include "cli/manual.h"
#include "cli/usage.h"
#include "cli/verb.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>

namespace rmemcheck {
namespace {

/// A shell's variable that is not set is no wish for nothing. Of a tree it is: the default one.
void refuse_empty_words(const CLI::App &app) {
  for (const CLI::App *verb : app.get_subcommands()) {
    for (const CLI::Option *option : verb->get_options()) {
      const std::string name = option->get_name();
      const bool may_be_empty = name == "--tree" || name == "--append" || name == "--cmdline";
      for (const std::string &word : option->results())
        if (word.empty() && !may_be_empty)
          throw bad_input(fmt::format("{}: expected something, not an empty word", name));
    }
    refuse_empty_words(*verb);
  }
}

ExitStatus parse_and_run(int argc, char **argv) {
  CLI::App app("Proves on a running kernel that it treats reserved memory right.", "rmemcheck");
  app.set_version_flag("--version", fmt::format("rmemcheck {}", tool_version));
  app.require_subcommand(1);
  app.footer("Exit status: 0 every check holds, 1 a kernel fails a check, 2 wrong usage or bad "
             "input,\n3 could not find out, 4 all skipped, 130 interrupted.\n\n"
             "Example:\n  rmemcheck run --out out/validate");
  bool is_manual = false;
  app.add_flag_callback(
      "--manual",
      [&] {
        is_manual = true;
        throw CLI::Success();
      },
      "Print the manual page, for man(1)");
  ChosenVerb chosen;
  for (const auto add : {add_run, add_series, add_build, add_dt, add_boot, add_judge, add_capture,
                         add_compare, add_report, add_cost})
    add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() != 0)
      throw bad_input(usage_error(app, error));
    if (is_manual)
      fmt::print("{}", manual_page(app));
    else
      app.exit(error); // --help or --version
    return ExitStatus::holds;
  }
  refuse_empty_words(app);
  return chosen();
}

/// What was printed must have arrived: a full disk is no success. It may have been full long ago,
/// for a run goes on, and then errno is another one's by now.
ExitStatus flushed(ExitStatus status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
    return status;
  constexpr std::array of_writing = {ENOSPC, EDQUOT, EFBIG, EIO, EPIPE, EBADF};
  const char *why = std::ranges::find(of_writing, errno) == of_writing.end()
                        ? "not all of it could be written"
                        : std::strerror(errno);
  throw could_not_find_out(fmt::format("standard output: {}", why));
}

/// A library's error: no memory. The one of fmt does not say what it could not write.
std::string words_of_library(const std::exception &error) {
  return std::ferror(stdout) == 0 ? error.what() : fmt::format("standard output: {}", error.what());
}

/// "git bisect run" takes whatever is less than 128, but 0 and 125, for a bad commit. What went
/// wrong before a verdict is no commit's fault.
ExitStatus for_bisection(ExitStatus status) {
  const bool is_verdict = status == ExitStatus::bisect_skip || status == ExitStatus::interrupted;
  return is_verdict ? status : ExitStatus::bisect_stop;
}

/// Of the words alone: they may be what is wrong.
bool is_bisection(int argc, char **argv) {
  return std::any_of(argv, argv + argc, [](std::string_view word) {
    return word == "--bisect" || word.starts_with("--bisect=");
  });
}

int say(ExitStatus status, const std::string &message, bool is_bisected) {
  std::fflush(stdout); // both may be one file, and the error comes last
  fmt::print(stderr, "rmemcheck: {}\n", clean_text(message));
  return static_cast<int>(is_bisected ? for_bisection(status) : status);
}

} // namespace
} // namespace rmemcheck

int main(int argc, char **argv) {
  using namespace rmemcheck;
  const bool is_bisected = is_bisection(argc, argv);
  try {
    catch_interrupts();
    return static_cast<int>(flushed(parse_and_run(argc, argv)));
  } catch (const Error &error) {
    return say(error.status(), error.what(), is_bisected);
  } catch (const std::filesystem::filesystem_error &error) {
    return say(ExitStatus::unknown, words_of(error), is_bisected);
  } catch (const std::exception &error) {
    return say(ExitStatus::unknown, words_of_library(error), is_bisected);
  }
}
