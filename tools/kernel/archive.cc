// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/archive.h"

#include "base/error.h"
#include "base/folder.h"
#include "base/process.h"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <regex>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

struct Closer {
  void operator()(archive *each) const { archive_free(each); }
};
using Archive = std::unique_ptr<archive, Closer>;

class Unpacking {
public:
  Unpacking(const fs::path &from, fs::path to)
      : from_(from), to_(std::move(to)), reader_(archive_read_new()),
        writer_(archive_write_disk_new()), size_(static_cast<double>(fs::file_size(from))) {
    archive_read_support_filter_all(reader_.get());
    archive_read_support_format_tar(reader_.get());
    // ".." would leave the folder; a link of the archive may point wherever it likes.
    archive_write_disk_set_options(writer_.get(),
                                   ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_NODOTDOT);
    if (archive_read_open_filename(reader_.get(), from.c_str(), 0x40000) != ARCHIVE_OK)
      refuse();
  }

  void operator()(const Progress &progress) {
    archive_entry *entry = nullptr;
    for (int status; (status = archive_read_next_header(reader_.get(), &entry)) != ARCHIVE_EOF;) {
      if (status != ARCHIVE_OK)
        refuse();
      throw_if_interrupted();
      progress("unpacking " + from_.filename().string(),
               static_cast<double>(archive_filter_bytes(reader_.get(), -1)) / size_);
      if (move_below(entry))
        write(entry);
    }
  }

private:
  [[noreturn]] void refuse() const {
    throw bad_input(fmt::format("{}: expected an archive of a kernel tree: {}", from_.string(),
                                archive_error_string(reader_.get())));
  }
  void check_written(int status) const {
    if (status < ARCHIVE_OK) // a full disk is only a warning to libarchive
      throw could_not_find_out(fmt::format("{}: cannot be unpacked: {}: {}: {}", from_.string(),
                                           to_.string(), archive_error_string(writer_.get()),
                                           std::strerror(archive_errno(writer_.get()))));
  }
  /// Replaces the top folder by ours; false for the top folder itself.
  bool move_below(archive_entry *entry) const {
    const std::string name = archive_entry_pathname(entry);
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || slash + 1 == name.size())
      return false;
    archive_entry_set_pathname(entry, (to_ / name.substr(slash + 1)).c_str());
    if (const char *link = archive_entry_hardlink(entry)) {
      const std::string target = link;
      archive_entry_set_hardlink(entry, (to_ / target.substr(target.find('/') + 1)).c_str());
    }
    return true;
  }
  void write(archive_entry *entry) const {
    check_written(archive_write_header(writer_.get(), entry));
    const void *bytes = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    for (int status; (status = archive_read_data_block(reader_.get(), &bytes, &length, &offset)) !=
                     ARCHIVE_EOF;) {
      if (status != ARCHIVE_OK)
        refuse();
      check_written(
          static_cast<int>(archive_write_data_block(writer_.get(), bytes, length, offset)));
    }
    check_written(archive_write_finish_entry(writer_.get()));
  }

  fs::path from_;
  fs::path to_;
  Archive reader_;
  Archive writer_;
  double size_;
};

/// Reads all members of an archive that nobody vouches for.
class Members {
public:
  Members(const std::string &bytes, std::string origin)
      : origin_(std::move(origin)), reader_(archive_read_new()) {
    // Not all filters: some are programs that would be run.
    archive_read_support_filter_gzip(reader_.get());
    archive_read_support_filter_bzip2(reader_.get());
    archive_read_support_filter_xz(reader_.get());
    archive_read_support_format_tar(reader_.get());
    if (archive_read_open_memory(reader_.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
      refuse_archive();
  }

  std::map<std::string, std::string> read() {
    archive_entry *entry = nullptr;
    for (int status; (status = archive_read_next_header(reader_.get(), &entry)) != ARCHIVE_EOF;) {
      if (status != ARCHIVE_OK)
        refuse_archive();
      const char *path = archive_entry_pathname(entry);
      const std::string name = path == nullptr ? "" : path;
      check(entry, name);
      if (archive_entry_filetype(entry) == AE_IFDIR)
        continue;
      if (!members_.emplace(name, content(name)).second)
        refuse(name, "it is there twice");
    }
    return std::move(members_);
  }

private:
  static constexpr std::size_t most_members = 1000;
  static constexpr std::size_t most_bytes = 0x8000000; // 128 MiB, of all

  [[noreturn]] void refuse_archive() const {
    const char *why = archive_error_string(reader_.get());
    throw bad_input(fmt::format("{}: expected a tar archive, whole: {}", origin_,
                                why == nullptr ? "it is none" : why));
  }
  [[noreturn]] void refuse(const std::string &name, const std::string &why) const {
    throw bad_input(fmt::format("{}: {}: {}", origin_, name, why));
  }

  void check(archive_entry *entry, const std::string &name) const {
    const fs::path path(name);
    if (name.empty() || path.is_absolute())
      refuse(name, "expected a name below the archive's own folder");
    for (const fs::path &part : path)
      if (part == "..")
        refuse(name, "expected a name below the archive's own folder");
    const auto type = archive_entry_filetype(entry);
    if ((type != AE_IFREG && type != AE_IFDIR) || archive_entry_hardlink(entry) != nullptr)
      refuse(name, "expected a plain file or a folder");
    if (members_.size() >= most_members)
      refuse(name, fmt::format("expected at most {} files", most_members));
  }

  std::string content(const std::string &name) {
    std::string bytes;
    std::array<char, 0x10000> piece{};
    for (la_ssize_t got;
         (got = archive_read_data(reader_.get(), piece.data(), piece.size())) != 0;) {
      if (got < 0)
        refuse_archive();
      total_ += static_cast<std::size_t>(got);
      if (total_ > most_bytes)
        refuse(name, fmt::format("expected at most {} bytes in all", most_bytes));
      bytes.append(piece.data(), static_cast<std::size_t>(got));
    }
    return bytes;
  }

  std::string origin_;
  Archive reader_;
  std::map<std::string, std::string> members_;
  std::size_t total_ = 0;
};

} // namespace

std::map<std::string, std::string> read_members(const std::string &bytes,
                                                const std::string &origin) {
  return Members(bytes, origin).read();
}

bool is_archive_name(const fs::path &path) {
  static const std::regex name(".*\\.tar(\\.(xz|gz|zst|bz2))?");
  return std::regex_match(path.filename().string(), name);
}

void unpack(const fs::path &archive, const fs::path &folder, const Progress &progress) {
  make_folders(folder); // libarchive would remove a file that is in the way
  Unpacking(archive, folder)(progress);
}

} // namespace rmemcheck
