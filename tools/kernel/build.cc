// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/build.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "kernel/bench.h"
#include "kernel/cache.h"
#include "kernel/config.h"
#include "kernel/plugin.h"
#include "kernel/series.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char *layout = "kernel 1"; // part of each key: other steps, other entries

/// Steps of a build that prints as many lines; an estimate for the first time, which only the
/// progress line uses.
constexpr double usual_steps = 1500;

/// The compiler in front of which ccache stands.
std::string compiler(const Machine &machine) { return machine.compiler_prefix + "gcc"; }

std::string tool_version_line(const std::string &program) {
  const ChildResult result = run_child_or_throw({{program, "--version"}, ".", {}, {}});
  return result.out.substr(0, result.out.find('\n'));
}

std::vector<fs::path> files_in(const fs::path &folder) {
  std::vector<fs::path> files;
  for (const fs::path &entry : entries_of(folder, bad_input))
    if (is_file(entry))
      files.push_back(entry);
  return files;
}

/// Its own part of the key, so that the other machines' entries keep their names.
std::string plugin_key(const Machine &machine) {
  return machine.compiler_plugin.empty()
             ? ""
             : fmt::format("\nplugin {}", sha256_of_file(machine.compiler_plugin));
}

/// As plugin_key().
std::string base_key(const BuildRequest &request) {
  return request.base_config.empty()
             ? ""
             : fmt::format("\nbase {}", sha256_of_file(request.base_config));
}

std::string build_key(const BuildRequest &request, const std::vector<ConfigLine> &config) {
  const Machine &machine = request.machine;
  return sha256(fmt::format("{}\n{}\n{}\n{} {} {}\n{}\n{}\n{}", layout, request.tree.key,
                            request.patches.empty() ? "unpatched" : patches_key(request.patches),
                            machine.arch, machine.image, machine.image_target, config_text(config),
                            tool_version_line(compiler(machine)),
                            machine.has_user_space ? module_key(request.module_source) : "none") +
                plugin_key(machine) + base_key(request));
}

/// The first lines that say what went wrong, or the last ones.
std::string error_lines(const std::string &log) {
  constexpr std::size_t most = 5;
  std::vector<std::string> errors;
  const std::vector<std::string> lines = split_lines(log);
  for (const std::string &line : lines)
    if (errors.size() < most &&
        (line.find("error:") != std::string::npos || line.starts_with("ERROR:") ||
         line.find("No space left on device") != std::string::npos ||
         line.find("***") != std::string::npos))
      errors.push_back(line);
  if (errors.empty())
    errors.assign(lines.end() - static_cast<std::ptrdiff_t>(std::min(most, lines.size())),
                  lines.end());
  return fmt::format("{}", fmt::join(errors, "\n  "));
}

/// One build, in a folder of its own.
class Build {
public:
  Build(const BuildRequest &request, const std::vector<ConfigLine> &config, const fs::path &entry,
        const Progress &progress)
      : request_(request), config_(config), entry_(entry), work_(entry / "work"),
        bench_(bench_of(request.tree), progress), progress_(progress) {}

  void operator()() {
    const auto start = std::chrono::steady_clock::now();
    prepare_tree();
    if (!request_.machine.compiler_plugin.empty())
      plugin_ =
          build_plugin(request_.machine.compiler_plugin, compiler(request_.machine), progress_);
    configure();
    std::vector<std::string> targets = {request_.machine.image_target};
    if (request_.machine.has_user_space)
      targets.emplace_back("modules_prepare");
    run_make("compiling", targets);
    if (request_.machine.has_user_space)
      build_module();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    keep(elapsed.count());
    fs::remove_all(work_);
  }

private:
  /// Trees of one repository are neighbours; others are apart.
  static std::string bench_of(const SourceTree &tree) {
    return tree.repository.empty() ? tree.key : tree.repository.string();
  }
  [[nodiscard]] fs::path tree() const { return bench_.tree(); }
  [[nodiscard]] const fs::path &objects() const { return objects_; }
  [[nodiscard]] fs::path module_folder() const { return work_ / "kmod"; }

  void prepare_tree() {
    progress_("preparing the tree", -1);
    make_folders(work_);
    bench_.take(request_.tree, request_.patches);
    objects_ = bench_.objects(objects_key());
  }

  /// Objects of another configuration or compiler would all be made anew.
  [[nodiscard]] std::string objects_key() const {
    const Machine &machine = request_.machine;
    return sha256(fmt::format("{}\n{}\n{}\n{}{}{}", machine.arch, machine.image,
                              config_text(config_), tool_version_line(compiler(machine)),
                              plugin_key(machine), base_key(request_)));
  }

  void configure() {
    if (request_.base_config.empty()) {
      const fs::path wanted = work_ / "wanted.config";
      write_file(wanted, config_text(config_));
      run_make("configuring", {"KCONFIG_ALLCONFIG=" + wanted.string(), "allnoconfig"});
    } else {
      // Of two lines for one option Kconfig takes the later one.
      write_file(objects() / ".config",
                 read_file(request_.base_config) + '\n' + config_text(config_));
      run_make("configuring", {"olddefconfig"});
    }
    check_config(config_, objects() / ".config");
  }

  void build_module() {
    make_folders(module_folder());
    for (const fs::path &file : files_in(request_.module_source))
      write_file(module_folder() / file.filename(), read_file(file));
    // Without it modpost knows no symbol of the kernel.
    write_file(objects() / "Module.symvers", read_file(objects() / "vmlinux.symvers"));
    run_make("compiling the probe module", {"M=" + module_folder().string(), "modules"});
  }

  [[nodiscard]] Command make_command(const std::vector<std::string> &words) const {
    Command command = make_call(request_.machine);
    command.argv.insert(command.argv.end(), {"-C", tree().string(), "O=" + objects().string()});
    if (!plugin_.empty())
      command.argv.push_back("KCFLAGS=-fplugin=" + plugin_.string());
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    return command;
  }

  void run_make(const std::string &what, const std::vector<std::string> &words) {
    const Command command = make_command(words);
    log_ += "$ " + to_shell(command.argv) + '\n';
    double steps = 0;
    const ChildResult result = run_child(command, [&](const std::string &line) {
      log_ += line + '\n';
      progress_(what, what == "compiling" ? std::min(0.99, ++steps / usual_steps) : -1);
    });
    if (result.status == 0)
      return;
    const fs::path log = cache_folder() / "failed-build.log";
    std::string kept = log.string();
    try {
      write_file(log, log_);
    } catch (const Error &error) { // a full disk: the lines below say it
      kept = std::string("none: ") + error.what();
    }
    throw could_not_find_out(fmt::format("{} Linux {} failed:\n  {}\nlog: {}", what,
                                         request_.tree.version, error_lines(log_), kept));
  }

  void keep(double seconds) {
    const auto take = [&](const fs::path &from, const fs::path &to) {
      write_file(entry_ / to, read_file(from));
    };
    const fs::path image = objects() / request_.machine.image;
    take(image, image.filename());
    fs::permissions(entry_ / image.filename(), fs::status(image).permissions()); // um runs it
    take(objects() / ".config", ".config");
    take(objects() / "System.map", "System.map");
    take(objects() / "vmlinux", "vmlinux");
    if (fs::exists(objects() / "vmlinux.symvers"))
      take(objects() / "vmlinux.symvers", "vmlinux.symvers");
    if (request_.machine.has_user_space)
      take(module_folder() / probe_file, probe_file);
    std::string release = read_file(objects() / "include/config/kernel.release");
    release.erase(release.find_last_not_of('\n') + 1);
    const Json meta = {{"version", release},
                       {"seconds", seconds},
                       {"tree", request_.tree.name},
                       {"compiler", tool_version_line(compiler(request_.machine))}};
    write_file(entry_ / "build.log", log_);
    write_file(entry_ / "meta.json", meta.dump(2) + '\n');
  }

  const BuildRequest &request_;
  const std::vector<ConfigLine> &config_;
  fs::path entry_;
  fs::path work_;
  fs::path plugin_; ///< of the compiler; empty where it needs none
  Bench bench_;
  fs::path objects_; ///< of this configuration, on the bench
  const Progress &progress_;
  std::string log_;
};

BuiltKernel kernel_of(const CacheEntry &entry, const std::string &key, const Machine &machine) {
  const fs::path &folder = entry.path;
  try {
    const Json meta = Json::parse(read_file(folder / "meta.json"));
    return {folder / fs::path(machine.image).filename(),
            folder / ".config",
            folder / "System.map",
            folder / "vmlinux",
            folder / "vmlinux.symvers",
            machine.has_user_space ? folder / probe_file : "",
            meta.at("version"),
            key,
            entry.was_there,
            meta.at("seconds")};
  } catch (const std::exception &error) {
    throw could_not_find_out(fmt::format("{}: no cache entry of this kit: {}; remove it",
                                         folder.string(), error.what()));
  }
}

} // namespace

Command make_call(const Machine &machine) {
  return {{"make", "ARCH=" + machine.arch, "CROSS_COMPILE=" + machine.compiler_prefix,
           "CC=ccache " + compiler(machine), "HOSTCC=ccache gcc",
           "LOCALVERSION=", "KBUILD_BUILD_TIMESTAMP=1970-01-01", "KBUILD_BUILD_USER=rmemcheck",
           "KBUILD_BUILD_HOST=rmemcheck", "KBUILD_BUILD_VERSION=1",
           fmt::format("-j{}", std::max(1U, std::thread::hardware_concurrency()))},
          ".",
          {{"LC_ALL", "C"},
           {"MAKEFLAGS", ""}, // this program may itself be run by make
           {"CCACHE_DIR", (cache_folder() / "ccache").string()},
           {"CCACHE_NOHASHDIR", "1"},
           {"CCACHE_MAXSIZE", "5G"}},
          {}};
}

std::vector<ConfigLine> config_lines(const BuildRequest &request) {
  Machine machine = request.machine;
  machine.config.insert(machine.config.end(), request.config.begin(), request.config.end());
  std::vector<ConfigLine> lines;
  if (!request.base_config.empty()) {
    (void)read_whole_config(request.base_config);
    for (const char *line :
         {"CONFIG_SYSTEM_TRUSTED_KEYS=\"\"", "CONFIG_SYSTEM_REVOCATION_KEYS=\"\"",
          "# CONFIG_MODULE_SIG is not set", "CONFIG_DEBUG_INFO_NONE=y"})
      lines.push_back({line, "a whole .config", true});
  }
  std::ranges::move(wanted_config(request.fragment, machine), std::back_inserter(lines));
  return lines;
}

std::string module_key(const fs::path &source) {
  std::string lines;
  for (const fs::path &file : files_in(source))
    lines += file.filename().string() + ' ' + sha256_of_file(file) + '\n';
  return sha256(lines);
}

BuiltKernel build_kernel(const BuildRequest &request, const Progress &progress) {
  (void)tool_version_line("ccache"); // the build would name it less clearly
  const std::vector<ConfigLine> config = config_lines(request);
  const std::string key = build_key(request, config);
  constexpr int days = 14;
  remove_old_benches(days);
  const CacheEntry entry = cached("kernels", key, progress, [&](const fs::path &folder) {
    Build(request, config, folder, progress)();
  });
  return kernel_of(entry, key, request.machine);
}

} // namespace rmemcheck
