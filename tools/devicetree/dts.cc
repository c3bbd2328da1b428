// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/dts.h"

#include "devicetree/dtb.h"
#include "devicetree/reserved_memory.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <libfdt.h>
#include <string_view>

namespace rmemcheck {
namespace {

/// Properties whose value is text, as the Devicetree Specification and the bindings have them.
constexpr std::array<std::string_view, 4> of_text = {"compatible", "status", "device_type",
                                                     "label"};

bool is_text(std::string_view name, std::string_view value) {
  const auto is_printable = [](char letter) {
    return letter == '\0' || (letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\');
  };
  return std::ranges::find(of_text, name) != of_text.end() && value.size() > 1 &&
         value.back() == '\0' && std::ranges::all_of(value, is_printable);
}

std::string text_value(std::string_view value) {
  std::string text;
  while (!value.empty()) {
    const std::size_t end = value.find('\0');
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", value.substr(0, end));
    value.remove_prefix(end + 1);
  }
  return text;
}

std::string cells_value(std::string_view value) {
  std::string text;
  for (std::size_t at = 0; at < value.size(); at += 4)
    text += fmt::format("{}{:#x}", text.empty() ? "" : " ", read_cells(value, at, 1));
  return '<' + text + '>';
}

std::string bytes_value(std::string_view value) {
  std::string text;
  for (const char each : value)
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(each));
  return '[' + text + ']';
}

std::string property_line(std::string_view name, std::string_view value) {
  if (value.empty())
    return fmt::format("{};\n", name);
  const std::string shown = is_text(name, value)    ? text_value(value)
                            : value.size() % 4 == 0 ? cells_value(value)
                                                    : bytes_value(value);
  return fmt::format("{} = {};\n", name, shown);
}

/// A node with all that is below it.
class Source {
public:
  explicit Source(const void *blob) : blob_(blob) {}

  void add(int node, int depth) {
    const std::string indent(static_cast<std::size_t>(depth), '\t');
    text_ += fmt::format("{}{} {{\n", indent, fdt_get_name(blob_, node, nullptr));
    add_properties(node, depth + 1);
    int child = 0;
    fdt_for_each_subnode(child, blob_, node) add(child, depth + 1);
    text_ += indent + "};\n";
  }

  void add_property(int node, const char *name, int depth) {
    int size = 0;
    const void *value = fdt_getprop(blob_, node, name, &size);
    if (value != nullptr)
      add_line(name, {static_cast<const char *>(value), static_cast<std::size_t>(size)}, depth);
  }

  std::string text() { return std::move(text_); }

private:
  void add_properties(int node, int depth) {
    int property = 0;
    fdt_for_each_property_offset(property, blob_, node) {
      const char *name = nullptr;
      int size = 0;
      const auto *value =
          static_cast<const char *>(fdt_getprop_by_offset(blob_, property, &name, &size));
      add_line(name, {value, static_cast<std::size_t>(size)}, depth);
    }
  }

  void add_line(std::string_view name, std::string_view value, int depth) {
    text_ += std::string(static_cast<std::size_t>(depth), '\t') + property_line(name, value);
  }

  const void *blob_;
  std::string text_;
};

std::string memreserve_lines(const void *blob) {
  std::string text;
  for (int index = 0; index < fdt_num_mem_rsv(blob); ++index) {
    std::uint64_t base = 0;
    std::uint64_t size = 0;
    if (fdt_get_mem_rsv(blob, index, &base, &size) == 0)
      text += fmt::format("/memreserve/ {:#x} {:#x};\n", base, size);
  }
  return text;
}

} // namespace

std::string reserved_memory_source(const std::string &dtb, const std::string &origin) {
  const Dtb tree(dtb, origin);
  Source source(tree.blob());
  for (const char *name : {"#address-cells", "#size-cells"})
    source.add_property(0, name, 1);
  int node = 0;
  fdt_for_each_subnode(node, tree.blob(), 0) {
    const std::string_view name = fdt_get_name(tree.blob(), node, nullptr);
    if (without_unit_address(name) == "reserved-memory" ||
        tree.string(node, "compatible") == consumer_compatible)
      source.add(node, 1);
  }
  return "/dts-v1/;\n" + memreserve_lines(tree.blob()) + "/ {\n" + source.text() + "};\n";
}

} // namespace rmemcheck
