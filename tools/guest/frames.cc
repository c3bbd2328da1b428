// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/frames.h"

#include <boost/crc.hpp>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <sstream>

namespace rmemcheck {
namespace {

template <typename Number> std::optional<Number> to_number(const std::string &text, int base) {
  Number number{};
  const char *end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

std::uint32_t checksum(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

class FrameReader {
public:
  explicit FrameReader(std::string_view bytes) : rest_(bytes) {}

  Frames read() {
    while (frames_.trouble.empty() && !is_whole_)
      frame();
    if (frames_.trouble.empty() && !rest_.empty())
      stop("there is more after the end");
    return std::move(frames_);
  }

private:
  void stop(const std::string &why) {
    frames_.trouble =
        fmt::format("the evidence was cut short after {} of its files: {}", count_, why);
  }

  void frame() {
    const std::size_t newline = rest_.find('\n');
    if (newline == std::string_view::npos)
      return stop(rest_.empty() ? "nothing more came" : "the next one's first line is not whole");
    std::istringstream header{std::string(rest_.substr(0, newline))};
    rest_.remove_prefix(newline + 1);
    std::string kind;
    std::string first;
    std::string second;
    std::string third;
    header >> kind >> first >> second >> third;
    if (kind == "file")
      file(first, second, third);
    else if (kind == "absent")
      absent(first, second);
    else if (kind == "end")
      end(first);
    else
      stop("the next one's first line is no such line");
  }

  void file(const std::string &name, const std::string &length_text, const std::string &crc_text) {
    const auto length = to_number<std::size_t>(length_text, 10);
    const auto crc = to_number<std::uint32_t>(crc_text, 16);
    if (!length || !crc)
      return stop(name + " has no length and checksum");
    if (rest_.size() <= *length)
      return stop(fmt::format("{} has {} of {} bytes", name, rest_.size(), *length));
    const std::string_view bytes = rest_.substr(0, *length);
    if (checksum(bytes) != *crc || rest_[*length] != '\n')
      return stop(name + " is not as the guest sent it: its checksum differs");
    rest_.remove_prefix(*length + 1);
    frames_.files.emplace(name, bytes);
    ++count_;
  }

  void absent(const std::string &name, const std::string &error_text) {
    const auto error = to_number<int>(error_text, 10);
    if (!error)
      return stop(name + " is absent without an errno");
    frames_.absent.emplace(name, *error);
    ++count_;
  }

  void end(const std::string &count_text) {
    is_whole_ = to_number<std::size_t>(count_text, 10) == count_;
    if (!is_whole_)
      stop(fmt::format("the guest counts {}", count_text));
  }

  std::string_view rest_;
  Frames frames_;
  std::size_t count_ = 0;
  bool is_whole_ = false;
};

} // namespace

Frames parse_frames(std::string_view bytes) { return FrameReader(bytes).read(); }

} // namespace rmemcheck
