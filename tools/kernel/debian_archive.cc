// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/debian_archive.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "kernel/cache.h"

#include <algorithm>
#include <fmt/format.h>
#include <regex>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

constexpr const char *keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The end of the usual kernel's name, by architecture.
std::string flavour_of(const std::string &architecture) {
  if (architecture == "armhf")
    return "armmp";
  return architecture;
}

/// Where this machine has Debian's packages from, as its own apt knows it: of the suites that have
/// security fixes, or of the others.
std::string archive_of(const std::string &suite) {
  const ChildResult targets =
      run_child_or_throw({{"apt-get", "indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)",
                           "Created-By: Packages"},
                          ".",
                          {{"LC_ALL", "C"}},
                          {}});
  const std::string wanted =
      suite.ends_with("-security") ? "|Debian|Debian-Security" : "|Debian|Debian";
  for (const std::string &line : split_lines(targets.out))
    if (line.ends_with(wanted))
      return line.substr(0, line.size() - wanted.size());
  throw could_not_find_out(fmt::format(
      "debian:{}: this machine's apt has no source whose origin and label are {}; apt-get update?",
      suite, wanted.substr(1)));
}

/// The suite, and the one that it adds to: a package of trixie-backports may need one of trixie.
std::string sources(const std::string &suite) {
  std::string lines;
  for (const std::string &each : {suite, suite.substr(0, suite.find('-'))})
    if (lines.empty() || each != suite)
      lines += fmt::format("deb [signed-by={}] {} {} main\n", keyring, archive_of(each), each);
  return lines;
}

/// Suites that are not released are valid for a week only; a mirror may be older.
std::string configuration(const fs::path &folder, const std::string &architecture) {
  return fmt::format("Dir \"{0}\";\nDir::Etc \"etc\";\nDir::State \"state\";\n"
                     "Dir::State::status \"{0}/state/status\";\nDir::Cache \"cache\";\n"
                     "APT::Architecture \"{1}\";\nAPT::Architectures {{\"{1}\";\"{2}\";}};\n"
                     "Acquire::Languages \"none\";\nAcquire::Check-Valid-Until \"false\";\n"
                     "APT::Sandbox::User \"root\";\n",
                     folder.string(), architecture, host_architecture());
}

/// Numbers in names count as numbers: 6.9 is before 6.12.
bool is_before(const std::string &one, const std::string &other) {
  return ::strverscmp(one.c_str(), other.c_str()) < 0;
}

} // namespace

std::string host_architecture() {
  static const std::string name = [] {
    const std::string out = run_child_or_throw({{"dpkg", "--print-architecture"}, ".", {}, {}}).out;
    return out.substr(0, out.find('\n'));
  }();
  return name;
}

DebianSpec parse_debian_spec(const std::string &text, const std::string &usual) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() > 3 || std::ranges::any_of(parts, &std::string::empty))
    throw bad_input(fmt::format("debian:{}: expected debian:SUITE[/PATTERN][/ARCHITECTURE]", text));
  DebianSpec spec{parts[0], "", usual};
  if (parts.size() > 2)
    spec.architecture = parts[2];
  spec.pattern = parts.size() > 1 ? parts[1]
                                  : fmt::format(R"(linux-image-\d[^-]*(-\d+)?-{})",
                                                flavour_of(spec.architecture));
  try {
    (void)std::regex(spec.pattern);
  } catch (const std::regex_error &error) {
    throw bad_input(fmt::format("debian:{}: {}: expected a regular expression: {}", text,
                                spec.pattern, error.what()));
  }
  return spec;
}

DebianArchive::DebianArchive(const std::string &suite, const std::string &architecture,
                             const Progress &progress)
    : folder_(cache_folder() / "apt" / fmt::format("{}-{}", suite, architecture)) {
  progress(fmt::format("asking Debian's {} for {}", suite, architecture), -1);
  for (const char *name :
       {"etc/apt.conf.d", "etc/preferences.d", "state/lists/partial", "cache/archives/partial"})
    make_folders(folder_ / name);
  write_file(folder_ / "state/status", "");
  write_file(folder_ / "etc/sources.list", sources(suite));
  write_file(folder_ / "apt.conf", configuration(folder_, architecture));
  (void)apt({"apt-get", "update", "-q", "--error-on=any"});
}

std::string DebianArchive::newest(const std::string &beginning, const std::string &pattern) const {
  const std::regex wanted(pattern);
  std::vector<std::string> names = split_lines(apt({"apt-cache", "pkgnames", beginning}));
  std::erase_if(names, [&](const std::string &name) { return !std::regex_match(name, wanted); });
  if (names.empty())
    throw could_not_find_out(
        fmt::format("{}: no package {}", folder_.filename().string(), pattern));
  return *std::ranges::max_element(names, is_before);
}

bool DebianArchive::has(const std::string &package) const {
  const std::vector<std::string> names = split_lines(apt({"apt-cache", "pkgnames", package}));
  return std::ranges::find(names, package) != names.end();
}

std::string DebianArchive::version_of(const std::string &package) const {
  return show(package, "Version");
}

std::vector<std::string> DebianArchive::with_parts(const std::string &package,
                                                   const std::string &kinds) const {
  std::vector<std::string> parts = {package};
  const std::string depends = show(package, "Depends");
  const std::regex part("\\blinux-(?:" + kinds + ")-[^ ,(]*[0-9][^ ,(]*");
  for (auto match = std::sregex_iterator(depends.begin(), depends.end(), part);
       match != std::sregex_iterator(); ++match)
    parts.push_back(match->str());
  return parts;
}

void DebianArchive::download(const std::string &package, const fs::path &folder) const {
  (void)apt({"apt-get", "download", "-q", package}, folder);
}

std::string DebianArchive::show(const std::string &package, const std::string &field) const {
  for (const std::string &line :
       split_lines(apt({"apt-cache", "show", "--no-all-versions", package})))
    if (line.starts_with(field + ": "))
      return line.substr(field.size() + 2);
  return "";
}

std::string DebianArchive::apt(std::vector<std::string> words, const fs::path &folder) const {
  return run_child_or_throw({std::move(words),
                             folder,
                             {{"APT_CONFIG", (folder_ / "apt.conf").string()}, {"LC_ALL", "C"}},
                             {}})
      .out;
}

} // namespace rmemcheck
