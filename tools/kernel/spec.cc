// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/spec.h"

#include "base/error.h"
#include "base/file.h"
#include "kernel/archive.h"
#include "kernel/git_tree.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

constexpr const char *debian_prefix = "debian:";

[[noreturn]] void refuse(const std::string &text, const std::string &why) {
  throw bad_input(fmt::format("--kernel {}: {}; {}", text, why, spec_help));
}

/// Takes "ROLE=" off the front. A path may have an equals sign, too.
std::optional<Role> take_role(std::string &rest) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string::npos)
    return std::nullopt;
  const std::optional<Role> role = parse_role(rest.substr(0, equals));
  if (role)
    rest.erase(0, equals + 1);
  return role;
}

/// Nothing where the word is no addition, so that it belongs to the path in front.
std::optional<Addition> addition_of(const std::string &word) {
  if (word == "series")
    return Addition{Addition::Kind::series, {}};
  if (word == "series/each")
    return Addition{Addition::Kind::each_series, {}};
  if (word.ends_with(".patch") || word.ends_with(".diff"))
    return Addition{Addition::Kind::patch, word};
  if (!word.empty() && (word.ends_with('/') || is_folder(word)))
    return Addition{Addition::Kind::folder, word};
  return std::nullopt;
}

/// The plus in front of the last addition. Names of files may have one, too: the longest name that
/// is there.
std::size_t last_plus(const std::string &rest) {
  for (std::size_t plus = rest.find('+'); plus != std::string::npos;
       plus = rest.find('+', plus + 1))
    if (is_found(rest.substr(plus + 1)))
      return plus;
  return rest.rfind('+');
}

/// Takes additions off the end, the last one first.
std::vector<Addition> take_additions(std::string &rest) {
  std::vector<Addition> additions;
  while (!is_found(rest)) {
    const std::size_t plus = last_plus(rest);
    if (plus == std::string::npos)
      break;
    const std::optional<Addition> addition = addition_of(rest.substr(plus + 1));
    if (!addition)
      break;
    additions.insert(additions.begin(), *addition);
    rest.erase(plus);
  }
  return additions;
}

void check_additions(const KernelSpec &spec) {
  for (const Addition &addition : spec.additions) {
    if (addition.kind == Addition::Kind::patch && !is_file(addition.path))
      refuse(spec.text, addition.path.string() + ": no such file");
    if (addition.kind == Addition::Kind::folder && !is_folder(addition.path))
      refuse(spec.text, addition.path.string() + ": no such folder");
  }
  if (!spec.additions.empty() && spec.kind != KernelSpec::Kind::tree)
    refuse(spec.text, "patches go on top of a tree, and that is none");
}

/// Takes "@REVISION" or "@FROM..TO" off the end of what is no path itself.
void take_revision(KernelSpec &spec, std::string &rest) {
  const std::size_t at = rest.rfind('@');
  if (is_found(rest) || at == std::string::npos)
    return;
  spec.revision = rest.substr(at + 1);
  rest.erase(at);
  if (const std::size_t dots = spec.revision.find(".."); dots != std::string::npos) {
    spec.from = spec.revision.substr(0, dots);
    spec.revision.erase(0, dots + 2);
    if (spec.from.empty())
      refuse(spec.text, "expected a commit in front of \"..\"");
    if (spec.revision.empty())
      spec.revision = "HEAD";
  }
  if (spec.revision.empty())
    refuse(spec.text, "expected a commit behind \"@\"");
}

KernelSpec::Kind kind_of_file(const fs::path &file) {
  if (is_archive_name(file))
    return KernelSpec::Kind::tree;
  return file.extension() == ".deb" ? KernelSpec::Kind::package : KernelSpec::Kind::image;
}

KernelSpec::Kind kind_of(const KernelSpec &spec) {
  if (spec.base.empty() || is_folder(spec.base))
    return KernelSpec::Kind::tree;
  if (is_file(spec.base))
    return kind_of_file(spec.base);
  if (is_release_tag(spec.base))
    return KernelSpec::Kind::tree;
  refuse(spec.text, spec.base + ": no such file or folder, and no release");
}

} // namespace

const char *const spec_help =
    "expected [ROLE=]BASE[@COMMIT|@FROM..TO][+series|+series/each|+FILE.patch|+FOLDER/]..., "
    "where BASE is a folder, a repository, a linux-source archive, a release such as v6.9, a boot "
    "image, a vmlinux, a .deb or debian:SUITE[/PATTERN][/ARCHITECTURE], and ROLE is pass, "
    "baseline, mutant or told";

std::string KernelSpec::tree() const { return revision.empty() ? base : base + '@' + revision; }

KernelSpec parse_spec(const std::string &text) {
  KernelSpec spec;
  spec.text = text;
  std::string rest = text;
  spec.role = take_role(rest);
  if (rest.starts_with(debian_prefix)) {
    spec.kind = KernelSpec::Kind::debian;
    spec.base = rest.substr(std::string(debian_prefix).size());
    if (spec.base.empty() || spec.base.front() == '/')
      refuse(text, "expected a suite behind \"debian:\"");
    return spec;
  }
  spec.additions = take_additions(rest);
  take_revision(spec, rest);
  spec.base = rest;
  spec.kind = kind_of(spec);
  if (spec.kind != KernelSpec::Kind::tree && !spec.revision.empty())
    refuse(text, "expected a repository in front of \"@\"");
  check_additions(spec);
  return spec;
}

} // namespace rmemcheck
