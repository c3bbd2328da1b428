// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/dtb.h"

#include "base/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <libfdt.h>

namespace rmemcheck {
namespace {

/// The byte of the DTB at which its structure block stops making sense, or nothing.
std::optional<std::int64_t> broken_at(const void *blob) {
  for (int offset = 0;;) {
    int next = 0;
    const std::uint32_t tag = fdt_next_tag(blob, offset, &next);
    if (next < 0)
      return std::int64_t{fdt_off_dt_struct(blob)} + offset;
    if (tag == FDT_END)
      return std::nullopt;
    offset = next;
  }
}

void check_header(const std::string &bytes, const std::string &origin) {
  const void *blob = bytes.data();
  // The magic comes first: a text file is no truncated DTB.
  if (bytes.size() < sizeof(fdt32_t) || fdt_magic(blob) != FDT_MAGIC)
    throw bad_input(fmt::format("{}: not a DTB: expected {:#x} in its first four bytes", origin,
                                std::uint32_t{FDT_MAGIC}));
  if (bytes.size() < sizeof(fdt_header))
    throw bad_input(fmt::format("{}: truncated DTB: {} bytes, expected a header of {}", origin,
                                bytes.size(), sizeof(fdt_header)));
  if (fdt_totalsize(blob) > bytes.size())
    throw bad_input(fmt::format("{}: truncated DTB: {} bytes, expected {} as its header says",
                                origin, bytes.size(), fdt_totalsize(blob)));
  if (const int error = fdt_check_header(blob); error != 0)
    throw bad_input(fmt::format("{}: broken DTB header: {}", origin, fdt_strerror(error)));
}

void check_structure(const std::string &bytes, const std::string &origin) {
  const int error = fdt_check_full(bytes.data(), bytes.size());
  if (error == 0)
    return;
  const auto place = broken_at(bytes.data());
  throw bad_input(
      fmt::format("{}: {} DTB: {}{}", origin, error == -FDT_ERR_TRUNCATED ? "truncated" : "broken",
                  fdt_strerror(error), place ? fmt::format(" at byte {}", *place) : std::string()));
}

std::optional<std::string_view> first_string(const std::optional<std::string_view> &value) {
  if (!value)
    return std::nullopt;
  return value->substr(0, value->find('\0'));
}

bool is_available(const std::optional<std::string_view> &status) {
  return !status || *status == "ok" || *status == "okay";
}

/// early_init_dt_scan_root() at v6.9: 1 where the root has no such property. The kernel sets no
/// bound; the specification's readers have 4 (FDT_MAX_NCELLS of libfdt).
int root_cell_count(const Dtb &dtb, const char *name, const std::string &origin) {
  const auto value = dtb.property(0, name);
  if (!value)
    return 1;
  const std::uint64_t count = value->size() == 4 ? read_cells(*value, 0, 1) : 0;
  if (count < 1 || count > FDT_MAX_NCELLS)
    throw bad_input(fmt::format("{}: /: {}: expected 1 to 4 in one cell, found {}", origin, name,
                                value->size() == 4 ? std::to_string(count)
                                                   : fmt::format("{} bytes", value->size())));
  return static_cast<int>(count);
}

} // namespace

std::string length_fault(std::string_view name, std::string_view value, const Cells &cells) {
  return value.size() % cells.tuple_bytes() == 0
             ? ""
             : fmt::format("{}: length {} is no multiple of {}", name, value.size(),
                           cells.tuple_bytes());
}

Dtb::Dtb(const std::string &bytes, const std::string &origin) : blob_(bytes.data()) {
  check_header(bytes, origin);
  check_structure(bytes, origin);
  root_cells_.address = root_cell_count(*this, "#address-cells", origin);
  root_cells_.size = root_cell_count(*this, "#size-cells", origin);
}

std::size_t Dtb::size() const { return fdt_totalsize(blob_); }

std::optional<std::string_view> Dtb::property(int node, const char *name) const {
  int length = 0;
  const void *value = fdt_getprop(blob_, node, name, &length);
  if (value == nullptr)
    return std::nullopt;
  return std::string_view(static_cast<const char *>(value), static_cast<std::size_t>(length));
}

std::optional<std::string_view> Dtb::string(int node, const char *name) const {
  return first_string(property(node, name));
}

Node::Node(const Dtb &dtb, int node) {
  int offset = 0;
  fdt_for_each_property_offset(offset, dtb.blob(), node) {
    const char *name = nullptr;
    int length = 0;
    const void *value = fdt_getprop_by_offset(dtb.blob(), offset, &name, &length);
    if (value != nullptr)
      properties_.emplace_back(name, std::string_view(static_cast<const char *>(value),
                                                      static_cast<std::size_t>(length)));
  }
}

std::optional<std::string_view> Node::property(std::string_view name) const {
  for (const auto &[own_name, value] : properties_)
    if (own_name == name)
      return value;
  return std::nullopt;
}

std::optional<std::string_view> Node::string(std::string_view name) const {
  return first_string(property(name));
}

std::uint32_t Node::phandle() const {
  for (const char *name : {"phandle", "linux,phandle"})
    if (const auto value = property(name); value && value->size() == sizeof(std::uint32_t))
      return static_cast<std::uint32_t>(read_cells(*value, 0, 1));
  return 0;
}

std::uint64_t read_cells(std::string_view value, std::size_t offset, int cells) {
  std::uint64_t number = 0;
  for (int cell = 0; cell < cells; ++cell, offset += 4)
    number =
        number << 32 | fdt32_ld(reinterpret_cast<const fdt32_t *>(value.substr(offset, 4).data()));
  return number;
}

std::string cell_bytes(std::uint64_t number, int cells) {
  std::string bytes;
  for (int shift = cells * 32 - 8; shift >= 0; shift -= 8)
    bytes += static_cast<char>(shift < 64 ? number >> shift & 0xff : 0);
  return bytes;
}

int check_libfdt(int result, const std::string &what) {
  if (result < 0)
    throw could_not_find_out(
        fmt::format("libfdt: {}{}{}", what, what.empty() ? "" : ": ", fdt_strerror(result)));
  return result;
}

bool is_available(const Dtb &dtb, int node) { return is_available(dtb.string(node, "status")); }
bool is_available(const Node &node) { return is_available(node.string("status")); }

std::string_view without_unit_address(std::string_view name) {
  return name.substr(0, name.find('@'));
}

bool fits_64_bits(std::string_view value, std::size_t offset, int cells) {
  const auto upper = static_cast<std::size_t>(std::max(cells - 2, 0)) * 4;
  return value.substr(offset, upper).find_first_not_of('\0') == std::string_view::npos;
}

} // namespace rmemcheck
