// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"

#include "base/error.h"
#include "base/file_error.h"
#include "base/process.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <linux/magic.h>
#include <memory>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace rmemcheck {
namespace {

std::string reason(int error) { return std::strerror(error); }

/// A file descriptor that is closed whatever happens.
class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  /// 0, or the errno of close(), which may be the first to hear of a full disk.
  int close() {
    const int status = ::close(number_);
    number_ = -1;
    return status == 0 ? 0 : errno;
  }

private:
  int number_;
};

/// 0 or an errno.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A pipe, a device, a socket: there, and nothing that may be replaced.
bool is_special(const std::filesystem::path &path) {
  std::error_code none;
  const auto status = std::filesystem::status(path, none);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

/// Where a link leads to, there or not.
std::filesystem::path followed(std::filesystem::path path) {
  constexpr int most_links = 40; // as the kernel has it
  std::error_code none;
  for (int links = 0; links < most_links && std::filesystem::is_symlink(path, none); ++links)
    path = path.parent_path() / std::filesystem::read_symlink(path);
  return path;
}

/// 0 or an errno.
int write_into(const std::filesystem::path &path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.number() < 0)
    return errno;
  const int error = write_all(file.number(), bytes);
  const int closed = file.close();
  return error == 0 ? closed : error;
}

/// 0 or an errno.
int replace(const std::filesystem::path &path, std::string_view bytes) {
  std::string name = path.string() + ".XXXXXX";
  Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (file.number() < 0)
    return errno;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  int error = write_all(file.number(), bytes);
  if (error == 0 && ::fchmod(file.number(), 0666 & ~mask) != 0)
    error = errno;
  const int closed = file.close();
  error = error == 0 ? closed : error;
  if (error == 0 && ::rename(name.c_str(), path.c_str()) != 0)
    error = errno;
  if (error != 0)
    ::unlink(name.c_str());
  return error;
}

/// A pipe without a name has somebody at its other end.
bool is_unnamed_pipe(const std::filesystem::path &path) {
  struct statfs system {};
  return ::statfs(path.c_str(), &system) == 0 && system.f_type == PIPEFS_MAGIC;
}

/// Hands over the bytes of an open file, a piece at a time. Errors as read_file().
void read_pieces(int file, const std::string &name,
                 const std::function<void(std::string_view)> &take) {
  std::string piece(0x10000, '\0');
  for (;;) {
    const ssize_t got = ::read(file, piece.data(), piece.size());
    if (got < 0 && errno != EINTR)
      throw bad_input(fmt::format("{}: cannot read: {}", name, reason(errno)));
    if (got < 0)
      throw_if_interrupted();
    if (got == 0)
      return;
    if (got > 0)
      take(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
  }
}

void read_pieces(const std::filesystem::path &path,
                 const std::function<void(std::string_view)> &take) {
  if (is_special(path) && !is_unnamed_pipe(path))
    throw bad_input(fmt::format("{}: expected a file, not what may never end", path.string()));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0)
    throw bad_input(fmt::format("{}: cannot read: {}", path.string(), reason(errno)));
  read_pieces(file.number(), path.string(), take);
}

/// Puts pieces together, as many as anything has that people have made.
class Whole {
public:
  explicit Whole(std::string name) : name_(std::move(name)) {}
  void operator()(std::string_view piece) {
    if (bytes_.size() + piece.size() > most)
      throw bad_input(fmt::format("{}: expected at most {} MiB", name_, most >> 20));
    bytes_ += piece;
  }
  std::string bytes() { return std::move(bytes_); }

private:
  static constexpr std::size_t most = std::size_t{512} << 20;
  std::string name_;
  std::string bytes_;
};

/// SHA-256 of what is added.
class Sha256 {
public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    // No setting of OpenSSL's matters here, and reading them takes longer than a module's sum.
    static const bool is_ready = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1;
    check(is_ready);
    check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void add(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }

  /// In lower-case hex. Once.
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);
    return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + length, ""));
  }

private:
  static void check(bool is_done) {
    if (!is_done)
      throw could_not_find_out("OpenSSL cannot compute SHA-256");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

} // namespace

std::string read_file(const std::filesystem::path &path) {
  Whole whole(path.string());
  read_pieces(path, std::ref(whole));
  return whole.bytes();
}

std::string read_standard_input() {
  Whole whole("standard input");
  read_pieces(STDIN_FILENO, "standard input", std::ref(whole));
  return whole.bytes();
}

std::string read_regular_file(const std::filesystem::path &path) {
  if (is_special(path))
    throw bad_input(fmt::format("{}: expected a file", path.string()));
  return read_file(path);
}

bool is_there(const std::filesystem::path &path) {
  std::error_code none;
  return std::filesystem::exists(std::filesystem::symlink_status(path, none));
}

bool is_folder(const std::filesystem::path &path) {
  std::error_code none;
  return std::filesystem::is_directory(path, none);
}

bool is_file(const std::filesystem::path &path) {
  std::error_code none;
  return std::filesystem::is_regular_file(path, none);
}

bool is_found(const std::filesystem::path &path) {
  return with_our_errors(bad_input, [&] { return std::filesystem::exists(path); });
}

void write_output(const std::filesystem::path &path, std::string_view bytes) {
  const std::filesystem::path folder = followed(path).parent_path();
  std::error_code none;
  if (!folder.empty() && !std::filesystem::is_directory(folder, none))
    throw bad_input(fmt::format("cannot write {}: expected a folder {}, there is none",
                                path.string(), folder.string()));
  write_file(path, bytes);
}

void write_file(const std::filesystem::path &path, std::string_view bytes) {
  const int error = is_special(path) ? write_into(path, bytes) : replace(followed(path), bytes);
  if (error != 0)
    throw could_not_find_out(fmt::format("cannot write {}: {}", path.string(), reason(error)));
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos)
      break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

std::string sha256_of_file(const std::filesystem::path &path) {
  Sha256 digest;
  read_pieces(path, [&](std::string_view piece) { digest.add(piece); });
  return digest.hex();
}

} // namespace rmemcheck
