// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "base/file.h"
#include "catalogue/kit.h"
#include "cli/verb.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct CaptureOptions {
  std::string kit;
  bool all = false;
};

ExitStatus print_script(const CaptureOptions &options) {
  const std::filesystem::path path = find_kit(options.kit).capture_script();
  std::string script = read_file(path);
  constexpr std::string_view usual = "\nall=no\n";
  const auto at = script.find(usual);
  if (at == std::string::npos)
    throw bad_input(fmt::format("{}: expected a line all=no", path.string()));
  if (options.all)
    script.replace(at, usual.size(), "\nall=yes\n");
  fmt::print("{}", script);
  return ExitStatus::holds;
}

} // namespace

void add_capture(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<CaptureOptions>();
  CLI::App *verb = app.add_subcommand(
      "capture", "Print a shell script that collects the same evidence on a live system");
  verb->add_flag("--all", options->all,
                 "Let it keep what names a person or a board of theirs: serial numbers, host name, "
                 "addresses, the whole command line");
  verb->add_option("--kit", options->kit, "The kit's folder")->type_name("FOLDER");
  verb->footer(
      "The script is run as root on the board, by any sh, busybox's too; it leaves one "
      "archive\nand says what it could not get. sh capture.sh --help tells its options.\n\n"
      "Example:\n  rmemcheck capture >capture.sh\n"
      "  ssh root@board sh -s -- --out - <capture.sh >board.tar.gz\n"
      "  rmemcheck judge board.tar.gz\n"
      "  rmemcheck capture --all >capture.sh");
  verb->callback([options, &chosen] { chosen = [options] { return print_script(*options); }; });
}

} // namespace rmemcheck
