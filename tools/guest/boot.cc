// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/boot.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "devicetree/make.h"
#include "guest/console.h"
#include "guest/frames.h"
#include "guest/initramfs.h"
#include "guest/native.h"
#include "guest/qemu.h"
#include "kernel/cache.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <thread>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = ConsoleWatch::Clock;

/// In QEMU's working folder: the command line that is kept has no names that nobody knows.
const GuestFiles file_names = {"initramfs", "tree.dtb", "evidence", "entry", "disk"};

constexpr auto console_period = 20ms; // how often the console is looked at

/// QEMU copies the kernel several times and keeps much about what it translates. glibc's allocator
/// gives it that in huge pages and large steps then, which saves a twentieth of a boot; what a
/// person has set for it stays, and other C libraries ignore it.
std::map<std::string, std::string> allocator_settings() {
  if (std::getenv("GLIBC_TUNABLES") != nullptr)
    return {};
  return {{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:"
                             "glibc.malloc.top_pad=16777216"}};
}

ConsoleWatch::RegularEnd regular_end(const Machine &machine) {
  return machine.has_user_space ? ConsoleWatch::RegularEnd::of_user_space
                                : ConsoleWatch::RegularEnd::of_kernel;
}

/// What PID 1 has said went wrong, with what helps; empty if it has said nothing.
std::string complaint_of(const std::string &console) {
  constexpr std::string_view speaker = "rmemcheck-init: ";
  const auto at = console.find(speaker);
  if (at == std::string::npos)
    return "";
  const auto begin = at + speaker.size();
  const std::string said = console.substr(begin, console.find_first_of("\r\n", begin) - begin);
  const bool is_port = said.find("no virtio port") != std::string::npos;
  return ": " + said +
         (is_port
              ? "; virtio_mmio (or virtio_pci) and virtio_console, where they are modules, must "
                "be given before the probe"
              : "");
}

/// One guest from its first byte to its end.
class Guest {
public:
  Guest(const std::vector<std::string> &argv, const fs::path &folder, const BootRequest &request)
      : evidence_(folder / file_names.evidence), image_(request.image.string()),
        watch_({std::chrono::duration<double>(request.silence_seconds),
                std::chrono::duration<double>(request.limit_seconds)},
               Clock::now(), regular_end(request.machine)),
        qemu_({argv, folder, allocator_settings(), {}}, Child::Streams::separate) {}

  /// Until it ends or is ended.
  void run() {
    std::vector<int> open{qemu_.out(), qemu_.err()};
    while (!open.empty() && !(ended_ = watch_.end(now()))) {
      // QEMU writes its console byte by byte: whoever wakes up for each takes the guest's time.
      // The end of QEMU shows at once as the end of its standard error.
      wait_readable({open.back()}, console_period);
      std::erase_if(open, [&](int file) { return !read(file); });
      note_evidence();
    }
    // Of a QEMU that closed its streams the exit status is known at once.
    for (const auto end = Clock::now() + 2s;
         open.empty() && !qemu_.has_ended() && Clock::now() < end;)
      std::this_thread::sleep_for(100us);
    has_ended_itself_ = qemu_.has_ended();
    status_ = qemu_.finish();
  }

  /// Ending, console and what QEMU said.
  void tell(BootResult &result, const Frames &frames) const {
    result.console = console_;
    result.qemu_error = error_;
    const ConsoleWatch::End end = how_it_ended(frames);
    result.ending = end.ending;
    result.ending_reason = end.reason;
  }

  /// QEMU refused to start: it has said why, and the guest has said nothing.
  [[nodiscard]] bool never_started() const {
    return has_ended_itself_ && status_ != 0 && console_.empty();
  }

private:
  /// A guest that gets no CPU does not hang: what it has waited for one does not count.
  Clock::time_point now() {
    const auto time = Clock::now();
    if (time > asked_ + 1s) {
      waited_ = std::max(waited_, qemu_.waited());
      asked_ = time;
    }
    return time - waited_;
  }

  bool read(int file) {
    if (file == qemu_.err())
      return drain(file, error_);
    std::string bytes;
    const bool is_open = drain(file, bytes);
    if (!bytes.empty())
      watch_.take(bytes, now());
    console_ += bytes;
    return is_open;
  }

  /// A slow guest that still sends evidence does not hang.
  void note_evidence() {
    std::error_code none_yet;
    const std::uintmax_t size = fs::file_size(evidence_, none_yet);
    if (!none_yet && size != evidence_size_) {
      evidence_size_ = size;
      watch_.note_life(now());
    }
  }

  [[nodiscard]] ConsoleWatch::End how_it_ended(const Frames &frames) const {
    if (watch_.seen())
      return *watch_.seen();
    if (!has_ended_itself_ && ended_)
      return console_.empty() ? End{Ending::died, "it has printed nothing: is " + image_ +
                                                      " an image for this machine?"}
                              : *ended_;
    if (status_ != 0)
      return {Ending::died, fmt::format("QEMU ended with status {}: {}", status_, error_)};
    if (!frames.trouble.empty())
      return {Ending::cut_short, frames.trouble + complaint_of(console_)};
    return {Ending::powered_off, ""};
  }

  using End = ConsoleWatch::End;

  fs::path evidence_;
  std::string image_;
  std::uintmax_t evidence_size_ = 0;
  ConsoleWatch watch_;
  Child qemu_;
  Clock::time_point asked_ = Clock::now();
  std::chrono::nanoseconds waited_{};
  std::optional<ConsoleWatch::End> ended_;
  bool has_ended_itself_ = false;
  int status_ = 0;
  std::string console_;
  std::string error_;
};

/// Kept in the cache, since QEMU takes longer to tell than PID 1 takes for the evidence.
std::string version_of(const std::string &program) {
  const auto no_progress = [](const std::string &, double) {};
  const CacheEntry entry = cached(
      "versions", sha256(program_identity(program)), no_progress, [&](const fs::path &folder) {
        const ChildResult result = run_child_or_throw({{program, "--version"}, ".", {}, {}});
        write_file(folder / "version", result.out.substr(0, result.out.find('\n')));
      });
  return read_file(entry.path / "version");
}

/// On a board whose QEMU hands over nothing but a tree, or not even that, the initrd lies in
/// memory, and the tree says where, and what else the kernel must be told.
BootRequest told_by_tree(BootRequest request, const std::string &initramfs) {
  const std::uint64_t begin = request.machine.board.initrd_address;
  if (begin == 0 && !request.machine.board.entry)
    return request;
  std::optional<PhysicalRange> initrd;
  if (begin != 0) {
    initrd = {begin, begin + initramfs.size()};
    request.images.push_back({begin, initramfs});
  }
  request.dtb = with_chosen(request.dtb, kernel_command_line(request), initrd);
  return request;
}

std::string bytes_if_there(const fs::path &path) { return fs::exists(path) ? read_file(path) : ""; }

/// What UEFI's shell is to find.
void write_disk(const BootRequest &request, const fs::path &folder) {
  const fs::path disk = folder / file_names.disk;
  fs::create_directory(disk);
  fs::create_symlink(fs::absolute(request.image), disk / "image");
  fs::create_symlink(folder / file_names.initramfs, disk / "initrd");
  fs::create_symlink(folder / file_names.dtb, disk / "dtb");
  write_file(disk / "startup.nsh", shell_script(request));
}

/// The guest's files, in the folder that it runs in.
void write_files(const BootRequest &request, const std::string &initramfs, const fs::path &folder) {
  if (request.machine.has_user_space)
    write_file(folder / file_names.initramfs, initramfs);
  for (std::size_t index = 0; index < request.images.size(); ++index)
    write_file(folder / image_name(index), request.images[index].bytes);
  if (request.machine.board.has_device_tree)
    write_file(folder / file_names.dtb, request.dtb);
  if (request.machine.board.entry)
    write_file(folder / file_names.entry, request.machine.board.entry->bytes);
  if (request.machine.board.has_acpi)
    write_disk(request, folder);
}

/// What the guest has sent; without user space nobody sends, and only a regular end, which the
/// console tells, shows that there is no more to come.
Frames received(const BootRequest &request, const fs::path &folder) {
  if (request.machine.has_user_space)
    return parse_frames(bytes_if_there(folder / file_names.evidence));
  return {{}, {}, "the console ends before the kernel says that it powers off"};
}

} // namespace

BootResult boot(const BootRequest &request) {
  const auto start = Clock::now();
  const TemporaryFolder folder;
  const std::string initramfs =
      request.machine.has_user_space ? make_initramfs(request.init, request.modules) : "";
  const BootRequest told = told_by_tree(request, initramfs);
  write_files(told, initramfs, folder.path());
  BootResult result;
  const bool is_native = told.machine.board.is_native;
  result.qemu_version = is_native ? "" : version_of(told.machine.board.program);
  result.qemu_argv = is_native ? native_command(told, file_names) : qemu_command(told, file_names);
  Guest guest(result.qemu_argv, folder.path(), told);
  guest.run();
  Frames frames = received(told, folder.path());
  guest.tell(result, frames);
  if (guest.never_started())
    throw could_not_find_out(fmt::format("the guest never started: {}\ncommand: {}",
                                         result.qemu_error, to_shell(result.qemu_argv)));
  result.evidence = std::move(frames.files);
  if (!told.machine.has_user_space)
    result.evidence["dmesg"] = result.console;
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  result.seconds = elapsed.count();
  return result;
}

} // namespace rmemcheck
