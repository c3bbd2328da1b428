// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rmemcheck {

/// How many 32-bit cells an address and a size take, 1 to 4 each.
struct Cells {
  int address = 1;
  int size = 1;
  [[nodiscard]] std::size_t address_bytes() const { return static_cast<std::size_t>(address) * 4; }
  [[nodiscard]] std::size_t size_bytes() const { return static_cast<std::size_t>(size) * 4; }
  [[nodiscard]] std::size_t tuple_bytes() const { return address_bytes() + size_bytes(); }
};

/// "NAME: length 12 is no multiple of 16", where a property's value is no whole tuples of an
/// address and a size; nothing where it is.
std::string length_fault(std::string_view name, std::string_view value, const Cells &cells);

/// A read-only look into a DTB that has been proven whole. It keeps no copy: the bytes must
/// outlive it.
class Dtb {
public:
  /// `origin` names the DTB in messages. A truncated or broken one is bad_input that says what
  /// is wrong and at which byte.
  Dtb(const std::string &bytes, const std::string &origin);

  [[nodiscard]] const void *blob() const { return blob_; }
  /// Bytes, as its header says; what it was read from may have more.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const Cells &root_cells() const { return root_cells_; }
  /// The value of a property, or nothing if the node has none of that name.
  [[nodiscard]] std::optional<std::string_view> property(int node, const char *name) const;
  [[nodiscard]] bool has(int node, const char *name) const {
    return property(node, name).has_value();
  }
  /// The first string of a property, without its NUL.
  [[nodiscard]] std::optional<std::string_view> string(int node, const char *name) const;

private:
  const void *blob_;
  Cells root_cells_;
};

/// A node's properties, read in one walk over it: libfdt looks for each from the node's beginning.
class Node {
public:
  Node(const Dtb &dtb, int node);

  /// As of Dtb: the first of that name.
  [[nodiscard]] std::optional<std::string_view> property(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return property(name).has_value(); }
  [[nodiscard]] std::optional<std::string_view> string(std::string_view name) const;
  /// Of `phandle`, or else of `linux,phandle`; 0 if it has neither (fdt_get_phandle()).
  [[nodiscard]] std::uint32_t phandle() const;

private:
  std::vector<std::pair<std::string_view, std::string_view>> properties_;
};

/// Reads big-endian cells at `offset` bytes; they must lie in `value`. Of more than two the last
/// two are the number, as for of_read_number().
std::uint64_t read_cells(std::string_view value, std::size_t offset, int cells);

/// The number as so many big-endian cells; what is beyond their bits is cut.
std::string cell_bytes(std::uint64_t number, int cells);

/// What libfdt returns, where that is no error; an error is could_not_find_out naming it, and what
/// was being done if that is said.
int check_libfdt(int result, const std::string &what = "");

/// Whether a node is there for the kernel (of_fdt_device_is_available() at v6.9).
bool is_available(const Dtb &dtb, int node);
bool is_available(const Node &node);

/// "memory" of "memory@80000000".
std::string_view without_unit_address(std::string_view name);

/// Whether the number that stands there has no more than 64 bits.
bool fits_64_bits(std::string_view value, std::size_t offset, int cells);

} // namespace rmemcheck
