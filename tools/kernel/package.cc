// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/package.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "kernel/build.h"
#include "kernel/cache.h"
#include "kernel/debian_archive.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// What carries evidence out of a guest.
constexpr std::array carriers = {"virtio_mmio", "virtio_console"};

void unpack_deb(const fs::path &deb, const fs::path &root) {
  (void)run_child_or_throw({{"dpkg-deb", "-x", deb.string(), root.string()}, ".", {}, {}});
}

/// All of a folder.
void unpack_debs(const fs::path &folder, const fs::path &root) {
  for (const fs::path &entry : entries_of(folder, could_not_find_out))
    if (entry.extension() == ".deb")
      unpack_deb(entry, root);
}

std::vector<fs::path> find(const fs::path &root, const std::regex &name) {
  std::vector<fs::path> found;
  if (fs::is_directory(root))
    for (const fs::directory_entry &entry : fs::recursive_directory_iterator(root))
      if (std::regex_match(entry.path().lexically_relative(root).string(), name))
        found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

fs::path find_one(const fs::path &root, const char *name, const std::string &what) {
  const std::vector<fs::path> found = find(root, std::regex(name));
  if (found.empty())
    throw bad_input(fmt::format("{}: expected a kernel's package: it has no {}", what, name));
  return found.front();
}

/// "insmod FILE OPTIONS" of modprobe, in the order of loading. A carrier that is built in takes
/// none.
std::vector<fs::path> load_order(const fs::path &base, const std::string &release) {
  std::vector<fs::path> files;
  (void)run_child_or_throw({{"depmod", "-b", base.string(), release}, ".", {}, {}});
  for (const char *module : carriers) {
    const ChildResult shown = run_child_or_throw(
        {{"modprobe", "-d", base.string(), "-S", release, "--show-depends", module},
         ".",
         {{"LC_ALL", "C"}},
         {}});
    for (const std::string &line : split_lines(shown.out)) {
      const std::string insmod = "insmod ";
      if (!line.starts_with(insmod))
        continue;
      const fs::path file =
          line.substr(insmod.size(), line.find(' ', insmod.size()) - insmod.size());
      if (std::ranges::find(files, file) == files.end())
        files.push_back(file);
    }
  }
  return files;
}

/// Debian's headers name each other by where they would be installed.
void move_headers(const fs::path &headers, const fs::path &root) {
  std::string makefile = read_file(headers / "Makefile");
  const std::string installed = "/usr/src/";
  for (std::size_t at = makefile.find(installed); at != std::string::npos;
       at = makefile.find(installed, at + root.string().size() + installed.size()))
    makefile.insert(at, root.string());
  write_file(headers / "Makefile", makefile);
}

/// A program of the headers that runs here was linked with its own suite's libraries, which may be
/// newer than this machine's. libc6 of that suite is below root then, and starts it, under its own
/// name: Debian's modpost looks for others of its kind by that.
void wrap_programs(const fs::path &root) {
  const std::vector<fs::path> loaders =
      find(root / "libc", std::regex(".*/ld-linux-x86-64\\.so\\.2"));
  if (loaders.empty())
    return;
  const std::vector<fs::path> libraries = find(root / "libc", std::regex(".*/libc\\.so\\.6"));
  for (const fs::path &program : find(root / "usr/lib", std::regex("linux-kbuild-[^/]*/.*"))) {
    if (!fs::is_regular_file(program) || !read_file(program).starts_with("\177ELF"))
      continue;
    const fs::path real = program.string() + ".real";
    fs::rename(program, real);
    write_file(
        program,
        fmt::format("#!/bin/sh\nexec {} --argv0 \"$0\" --library-path {}:/lib/x86_64-linux-gnu:"
                    "/usr/lib/x86_64-linux-gnu {} \"$@\"\n",
                    loaders.front().string(), libraries.front().parent_path().string(),
                    real.string()));
    fs::permissions(program, fs::status(real).permissions());
  }
}

/// What the kernel was configured for and this machine need not have, and the probe does without:
///
/// From 6.12 on Debian's GCC is one that knows -fmin-function-alignment, which the one of Debian 12
/// does not. For kernels whose compiler lacks it there is -falign-functions, which leaves cold
/// functions as they fall. arm64's ftrace patches what lies in front of functions and stops at one
/// that is not aligned: the probe is compiled without a place to patch (CC_FLAGS_FTRACE).
///
/// BTF is made by a pahole of the kernel's own time, and read by nobody here.
///
/// The assembler of Debian 12 does not know riscv64's zabha and zacas, which -march names where
/// that of the kernel's suite did. Instructions of them stand in code that swaps bytes: not in the
/// probe.
void leave_out_what_is_newer(const fs::path &headers) {
  constexpr std::array options = {"CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT", "CONFIG_DEBUG_INFO_BTF",
                                  "CONFIG_PAHOLE", "CONFIG_TOOLCHAIN_HAS_ZABHA",
                                  "CONFIG_TOOLCHAIN_HAS_ZACAS"};
  for (const char *name : {"include/config/auto.conf", ".config"}) {
    const fs::path file = headers / name;
    if (!fs::exists(file))
      continue;
    std::string lines;
    for (const std::string &line : split_lines(read_file(file)))
      if (std::ranges::none_of(options,
                               [&](const char *option) { return line.starts_with(option); }))
        lines += line + '\n';
    write_file(file, lines);
  }
}

/// What the compiler ("error: ") or the assembler ("Error: ") says, or else the first line.
std::string first_error(const std::string &said) {
  constexpr std::string_view mark = "rror: ";
  const std::vector<std::string> lines = split_lines(said);
  for (const std::string &line : lines)
    if (const auto at = line.find(mark); at != std::string::npos)
      return line.substr(at + mark.size());
  return lines.empty() ? "make has failed" : lines.front();
}

/// Builds the probe against unpacked headers; returns why it could not be built, or nothing.
std::string build_probe(const fs::path &root, const std::string &release, const Machine &machine,
                        const fs::path &source, const fs::path &kept) {
  const fs::path headers = root / "usr/src" / ("linux-headers-" + release);
  if (!fs::exists(headers / "Makefile"))
    return "there are no headers for it";
  move_headers(headers, root);
  wrap_programs(root);
  leave_out_what_is_newer(headers);
  const TemporaryFolder work;
  fs::copy(source, work.path() / "kmod");
  const std::string compiler = machine.compiler_prefix + "gcc";
  const ChildResult built =
      run_child({{"make", "-s", "-C", headers.string(), "M=" + (work.path() / "kmod").string(),
                  "ARCH=" + machine.arch, "CROSS_COMPILE=" + machine.compiler_prefix,
                  "CC=" + compiler, "CC_FLAGS_FTRACE=", "modules"},
                 ".",
                 {{"LC_ALL", "C"}, {"MAKEFLAGS", ""}},
                 {}});
  if (built.status != 0) {
    write_file(kept / "probe.log", built.out + built.err);
    return first_error(built.err);
  }
  write_file(kept / probe_file, read_file(work.path() / "kmod" / probe_file));
  return "";
}

/// A kernel that is an EFI program which unpacks itself (drivers/firmware/efi/libstub/
/// zboot-header.S) is none to a QEMU that starts it without firmware: what is in it is.
std::string boot_image(const std::string &image, const fs::path &scratch) {
  constexpr std::size_t payload_offset_at = 8;
  constexpr std::size_t payload_size_at = 12;
  if (image.size() < 64 || !image.starts_with("MZ") || image.compare(4, 4, "zimg") != 0)
    return image;
  const auto number_at = [&](std::size_t at) {
    std::uint32_t number = 0; // little-endian, as all machines that have EFI
    for (std::size_t byte = 0; byte < 4; ++byte)
      number |= static_cast<std::uint32_t>(static_cast<unsigned char>(image[at + byte]))
                << (8 * byte);
    return number;
  };
  const std::size_t offset = number_at(payload_offset_at);
  const std::size_t size = number_at(payload_size_at);
  if (offset > image.size() || size > image.size() - offset)
    throw bad_input("the kernel's image is cut short");
  write_file(scratch / "payload", image.substr(offset, size));
  std::string bytes = decompressed(scratch / "payload");
  fs::remove(scratch / "payload");
  return bytes;
}

/// Leaves what a boot takes in a folder of the cache: vmlinuz, config, modules, kernel.json.
void keep(const fs::path &root, const std::string &name, const Machine &machine,
          const fs::path &source, const fs::path &kept) {
  const fs::path image = find_one(root, "(.*/)?vmlinu[xz](-.*)?", name);
  const fs::path modules = find_one(root, "(usr/)?lib/modules/[^/]+", name);
  const std::string release = modules.filename().string();
  write_file(kept / "vmlinuz", boot_image(read_file(image), kept));
  write_file(kept / "config",
             read_file(find_one(root, "boot/config-.*|(usr/)?lib/modules/[^/]+/config", name)));
  Json files = Json::array();
  for (const fs::path &module :
       load_order(modules.parent_path().parent_path().parent_path(), release)) {
    std::string file = module.filename().string();
    file.erase(file.find(".ko") + 3);
    write_file(kept / file, decompressed(module));
    files.push_back(file);
  }
  const std::string no_probe = build_probe(root, release, machine, source, kept);
  if (no_probe.empty())
    files.push_back(probe_file);
  const Json json = {
      {"name", name}, {"release", release}, {"modules", files}, {"no-probe", no_probe}};
  write_file(kept / "kernel.json", json.dump(2) + '\n');
}

/// "# Linux/x86 6.1.176 Kernel Configuration", the SRCARCH of the kernel's Makefile, which is the
/// ARCH but for x86.
void refuse_other_architecture(const std::string &config, const Machine &machine,
                               const std::string &name) {
  static const std::regex title("# Linux/(\\S+) \\S+ Kernel Configuration");
  const std::string expected =
      machine.arch == "x86_64" || machine.arch == "i386" ? "x86" : machine.arch;
  std::smatch match;
  if (std::regex_search(config, match, title) && match.str(1) != expected)
    throw bad_input(fmt::format("{} is a kernel for {}: expected one for {}, as the machine {} is, "
                                "or another --machine",
                                name, match.str(1), expected, machine.name));
}

PackagedKernel kernel_of(const fs::path &kept, const Machine &machine) {
  const Json json = Json::parse(read_file(kept / "kernel.json"));
  PackagedKernel kernel;
  kernel.name = json.at("name");
  kernel.release = json.at("release");
  kernel.key = kept.filename().string();
  kernel.image = kept / "vmlinuz";
  kernel.config = kept / "config";
  refuse_other_architecture(read_file(kernel.config), machine, kernel.name);
  for (const Json &module : json.at("modules"))
    kernel.modules.push_back(kept / module.get<std::string>());
  kernel.no_probe = json.at("no-probe");
  return kernel;
}

/// Of all that a kept package depends on beside its own files.
std::string key_of(const std::string &content, const Machine &machine, const fs::path &source) {
  return sha256(fmt::format("package 6\n{}\n{}\n{}\n{}", content, machine.arch,
                            program_identity(machine.compiler_prefix + "gcc"), module_key(source)));
}

/// linux-image-6.1.0-1-arm64_6.1.2-1_arm64.deb is of the release 6.1.0-1-arm64.
std::string release_of(const fs::path &deb) {
  std::smatch match;
  const std::string name = deb.filename().string();
  static const std::regex pattern("linux-(?:image|binary)-(?:unsigned-)?([0-9][^_]*)_.*");
  return std::regex_match(name, match, pattern) ? match.str(1) : "";
}

/// A kernel with its modules, and the headers of it with what makes their programs run here. They
/// leave the archive with their kernel.
void fetch(const DebianArchive &archive, const std::string &package, const fs::path &root) {
  const TemporaryFolder folder;
  const TemporaryFolder libc;
  for (const std::string &part : archive.with_parts(package, "base|binary|modules"))
    archive.download(part, folder.path());
  const std::string headers = "linux-headers-" + package.substr(std::string("linux-image-").size());
  if (archive.has(headers)) {
    for (const std::string &part : archive.with_parts(headers, "headers|kbuild"))
      archive.download(part.starts_with("linux-kbuild-") ? part + ':' + host_architecture() : part,
                       folder.path());
    archive.download("libc6:" + host_architecture(), libc.path());
  }
  unpack_debs(folder.path(), root);
  unpack_debs(libc.path(), root / "libc");
}

} // namespace

std::string debian_architecture(const Machine &machine) {
  static constexpr std::array<std::pair<const char *, const char *>, 4> names = {
      {{"x86_64", "amd64"}, {"riscv", "riscv64"}, {"arm", "armhf"}, {"powerpc", "ppc64el"}}};
  for (const auto &[arch, name] : names)
    if (machine.arch == arch)
      return name;
  return machine.arch;
}

std::string decompressed(const fs::path &file) {
  const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(),
                                                                      &archive_read_free);
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_entry *entry = nullptr;
  constexpr std::size_t block = 65536;
  if (archive_read_open_filename(reader.get(), file.c_str(), block) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    throw could_not_find_out(
        fmt::format("{}: {}", file.string(), archive_error_string(reader.get())));
  std::string bytes;
  std::array<char, block> buffer{};
  for (;;) {
    const la_ssize_t size = archive_read_data(reader.get(), buffer.data(), buffer.size());
    if (size < 0)
      throw could_not_find_out(
          fmt::format("{}: {}", file.string(), archive_error_string(reader.get())));
    if (size == 0)
      return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

PackagedKernel take_package(const fs::path &deb, const Machine &machine, const fs::path &source,
                            const Progress &progress) {
  const std::string release = release_of(deb);
  if (release.empty())
    throw bad_input(
        fmt::format("{}: expected a kernel's package, linux-image-...deb", deb.string()));
  std::vector<fs::path> parts = {deb};
  for (const fs::path &entry : entries_of(fs::absolute(deb).parent_path(), bad_input)) {
    const std::string name = entry.filename().string();
    const bool belongs = name.find("-" + release + "_") != std::string::npos ||
                         name.starts_with("linux-kbuild-") ||
                         name.find("-common_") != std::string::npos;
    if (belongs && entry.extension() == ".deb" && entry.filename() != deb.filename())
      parts.push_back(entry);
  }
  std::string content;
  for (const fs::path &part : parts)
    content += sha256_of_file(part);
  const CacheEntry entry =
      cached("packages", key_of(content, machine, source), progress, [&](const fs::path &kept) {
        progress("unpacking " + deb.filename().string(), -1);
        const TemporaryFolder root;
        for (const fs::path &part : parts)
          unpack_deb(part, root.path());
        keep(root.path(), deb.stem().string(), machine, source, kept);
      });
  return kernel_of(entry.path, machine);
}

PackagedKernel take_debian(const std::string &text, const Machine &machine, const fs::path &source,
                           const Progress &progress) {
  const DebianSpec spec = parse_debian_spec(text, debian_architecture(machine));
  const DebianArchive archive(spec.suite, spec.architecture, progress);
  const std::string package = archive.newest("linux-image-", spec.pattern);
  const std::string name = package + ' ' + archive.version_of(package);
  const auto fill = [&](const fs::path &kept) {
    progress("fetching " + name, -1);
    const TemporaryFolder root;
    fetch(archive, package, root.path());
    keep(root.path(), name, machine, source, kept);
  };
  return kernel_of(cached("packages", key_of(name, machine, source), progress, fill).path, machine);
}

} // namespace rmemcheck
