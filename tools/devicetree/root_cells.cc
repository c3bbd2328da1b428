// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/root_cells.h"

#include "base/error.h"

#include <cstring>
#include <fmt/format.h>
#include <libfdt.h>
#include <limits>
#include <optional>
#include <set>
#include <vector>

namespace rmemcheck {
namespace {

/// One number of a property: `from` cells in the board's tree, `to` in the new one. Where both are
/// the same it is copied as it stands, whatever it is.
struct Field {
  int from;
  int to;
};

/// The value with each number as wide as it must be. Nothing where one does not fit; what is no
/// whole number of tuples stays as it is.
std::optional<std::string> recoded(std::string_view value, const std::vector<Field> &tuple) {
  std::size_t bytes = 0;
  for (const Field &field : tuple)
    bytes += static_cast<std::size_t>(field.from) * 4;
  if (bytes == 0 || value.size() % bytes != 0)
    return std::string(value);
  std::string result;
  for (std::size_t at = 0; at < value.size();)
    for (const Field &field : tuple) {
      const std::size_t size = static_cast<std::size_t>(field.from) * 4;
      if (field.from == field.to) {
        result += value.substr(at, size);
      } else {
        const std::uint64_t number = read_cells(value, at, field.from);
        if (field.to == 1 && number > std::numeric_limits<std::uint32_t>::max())
          return std::nullopt;
        result += cell_bytes(number, field.to);
      }
      at += size;
    }
  return result;
}

/// Rewrites the addresses of one tree, in place.
class Rewriter {
public:
  Rewriter(const std::string &board, const Cells &from, const Cells &to)
      : bytes_(board.size() * 2 + 4096, '\0'), from_(from), to_(to) {
    check_libfdt(fdt_open_into(board.data(), bytes_.data(), static_cast<int>(bytes_.size())));
  }

  std::string operator()() {
    set_cells(0);
    rewrite_children(0);
    check_libfdt(fdt_pack(bytes_.data()));
    return bytes_.substr(0, fdt_totalsize(bytes_.data()));
  }

private:
  void *blob() { return bytes_.data(); }

  void set_cells(int node) {
    check_libfdt(
        fdt_setprop_u32(blob(), node, "#address-cells", static_cast<std::uint32_t>(to_.address)));
    check_libfdt(
        fdt_setprop_u32(blob(), node, "#size-cells", static_cast<std::uint32_t>(to_.size)));
  }

  [[nodiscard]] int number(int node, const char *name, int fallback) const {
    int size = 0;
    const void *value = fdt_getprop(bytes_.data(), node, name, &size);
    return size == 4 ? static_cast<int>(read_cells({static_cast<const char *>(value), 4}, 0, 1))
                     : fallback;
  }

  /// Children whose addresses are those of the root.
  void rewrite_children(int parent) {
    for (int node = fdt_first_subnode(blob(), parent); node >= 0;) {
      if (rewrite(node)) {
        node = fdt_next_subnode(blob(), node);
        continue;
      }
      const char *type =
          static_cast<const char *>(fdt_getprop(blob(), node, "device_type", nullptr));
      if (type != nullptr && std::strcmp(type, "memory") == 0)
        throw bad_input(fmt::format("root-cells: expected as many as RAM at {} takes",
                                    fdt_get_name(blob(), node, nullptr)));
      check_libfdt(fdt_del_node(blob(), node));
      node = fdt_first_subnode(blob(), parent); // those before it are found rewritten already
    }
  }

  /// False where one of its addresses does not fit.
  bool rewrite(int node) {
    const std::string path = path_of(node);
    if (done_.contains(path))
      return true;
    const Cells own{number(node, "#address-cells", 2), number(node, "#size-cells", 1)};
    const Field address{from_.address, to_.address};
    if (!recode(node, "reg", {address, {from_.size, to_.size}}))
      return false;
    for (const char *name : {"ranges", "dma-ranges"})
      if (!recode(node, name, {{own.address, own.address}, address, {own.size, own.size}}))
        return false;
    int size = 0;
    if (fdt_getprop(blob(), node, "ranges", &size) != nullptr && size == 0) { // the same addresses
      set_cells(node);
      rewrite_children(node);
    }
    done_.insert(path);
    return true;
  }

  bool recode(int node, const char *name, const std::vector<Field> &tuple) {
    int size = 0;
    const void *value = fdt_getprop(blob(), node, name, &size);
    if (value == nullptr || size == 0)
      return true;
    const auto result =
        recoded({static_cast<const char *>(value), static_cast<std::size_t>(size)}, tuple);
    if (result)
      check_libfdt(
          fdt_setprop(blob(), node, name, result->data(), static_cast<int>(result->size())));
    return result.has_value();
  }

  std::string path_of(int node) {
    std::string path(1024, '\0');
    check_libfdt(fdt_get_path(blob(), node, path.data(), static_cast<int>(path.size())));
    path.resize(std::strlen(path.c_str()));
    return path;
  }

  std::string bytes_;
  const Cells from_;
  const Cells to_;
  std::set<std::string> done_;
};

} // namespace

std::string with_root_cells(const std::string &board, const Cells &cells) {
  const Cells from = Dtb(board, "base tree").root_cells();
  for (const int count : {cells.address, cells.size, from.address, from.size})
    if (count < 1 || count > 2)
      throw bad_input(fmt::format("root-cells: expected 1 or 2 of each, not {}", count));
  return Rewriter(board, from, cells)();
}

} // namespace rmemcheck
