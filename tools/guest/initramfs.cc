// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/initramfs.h"

#include "base/error.h"
#include "base/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>

namespace rmemcheck {
namespace {

/// Collects the archive in memory.
class Newc {
public:
  Newc() : archive_(archive_write_new(), archive_write_free) {
    archive_write_set_format_cpio_newc(archive_.get());
    archive_write_set_bytes_per_block(archive_.get(), 0);
    check(archive_write_open(archive_.get(), &bytes_, nullptr, append, nullptr));
  }

  void folder(const char *name) { add(name, AE_IFDIR | 0755U, {}); }
  void file(const std::string &name, const std::string &bytes) {
    add(name, AE_IFREG | 0755U, bytes);
  }
  void console(const char *name) { add(name, AE_IFCHR | 0600U, {}); }

  std::string finish() {
    check(archive_write_close(archive_.get()));
    return std::move(bytes_);
  }

private:
  static la_ssize_t append(archive *, void *target, const void *bytes, std::size_t length) {
    static_cast<std::string *>(target)->append(static_cast<const char *>(bytes), length);
    return static_cast<la_ssize_t>(length);
  }
  void check(la_ssize_t status) const {
    if (status < 0)
      throw could_not_find_out(fmt::format("initramfs: {}", archive_error_string(archive_.get())));
  }
  void add(const std::string &name, unsigned mode, const std::string &bytes) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_mode(entry.get(), mode);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    if ((mode & AE_IFMT) == AE_IFCHR) { // the only device: TTYAUX_MAJOR, console
      archive_entry_set_rdevmajor(entry.get(), 5);
      archive_entry_set_rdevminor(entry.get(), 1);
    }
    check(archive_write_header(archive_.get(), entry.get()));
    check(archive_write_data(archive_.get(), bytes.data(), bytes.size()));
  }

  std::string bytes_;
  std::unique_ptr<archive, decltype(&archive_write_free)> archive_;
};

} // namespace

std::string make_initramfs(const std::filesystem::path &init,
                           const std::vector<std::filesystem::path> &modules) {
  Newc archive;
  for (const char *name : {"dev", "modules", "proc", "sys"})
    archive.folder(name);
  archive.console("dev/console");
  archive.file("init", read_file(init));
  std::string order;
  for (const std::filesystem::path &module : modules) {
    const std::string name = module.filename().string();
    order += name + '\n';
    archive.file("modules/" + name, read_file(module));
  }
  archive.file("modules/order", order);
  return archive.finish();
}

} // namespace rmemcheck
