// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// Small device trees for unit tests.

#include "base/size.h"
#include "devicetree/make.h"

#include <functional>
#include <libfdt.h>
#include <stdexcept>
#include <string>

namespace rmemcheck::test {

inline constexpr std::uint64_t memory_base = 0x40000000;
inline constexpr std::uint32_t base_phandle = 0x8001;

inline int must(int result) {
  if (result < 0)
    throw std::runtime_error(fdt_strerror(result));
  return result;
}

/// Big-endian cells of a number; cells beyond two are 0.
inline std::string cells(std::uint64_t value, int count) {
  std::string bytes;
  for (int shift = count * 32 - 8; shift >= 0; shift -= 8)
    bytes += shift < 64 ? static_cast<char>(value >> shift & 0xff) : '\0';
  return bytes;
}

/// Runs `change` on a copy of the DTB with room to spare.
inline std::string edited(const std::string &dtb, const std::function<void(void *)> &change) {
  std::string bytes(dtb.size() + 65536, '\0');
  must(fdt_open_into(dtb.data(), bytes.data(), static_cast<int>(bytes.size())));
  change(bytes.data());
  must(fdt_pack(bytes.data()));
  return bytes.substr(0, fdt_totalsize(bytes.data()));
}

inline void set(void *fdt, const std::string &path, const char *name, const std::string &value) {
  must(fdt_setprop(fdt, must(fdt_path_offset(fdt, path.c_str())), name, value.data(),
                   static_cast<int>(value.size())));
}

/// A board with 1 GiB at memory_base and a node whose phandle is base_phandle.
inline std::string board(int address_cells = 2, int size_cells = 2) {
  std::string empty(4096, '\0');
  must(fdt_create_empty_tree(empty.data(), static_cast<int>(empty.size())));
  return edited(empty, [&](void *fdt) {
    must(fdt_add_subnode(fdt, 0, "memory@40000000"));
    must(fdt_add_subnode(fdt, 0, "intc"));
    set(fdt, "/", "#address-cells", cells(static_cast<std::uint64_t>(address_cells), 1));
    set(fdt, "/", "#size-cells", cells(static_cast<std::uint64_t>(size_cells), 1));
    set(fdt, "/memory@40000000", "device_type", std::string("memory") + '\0');
    set(fdt, "/memory@40000000", "reg",
        cells(memory_base, address_cells) + cells(1024 * mebibyte, size_cells));
    set(fdt, "/intc", "phandle", cells(base_phandle, 1));
  });
}

inline RegionRequest static_region(std::string name, std::uint64_t offset, std::uint64_t size) {
  RegionRequest request;
  request.name = std::move(name);
  request.reg = {{offset, size}};
  return request;
}

inline RegionRequest boot_placed_region(std::string name, std::uint64_t size) {
  RegionRequest request;
  request.name = std::move(name);
  request.size = size;
  return request;
}

/// The message of the Error that `action` throws, or "nothing thrown".
inline std::string message_of(const std::function<void()> &action) {
  try {
    action();
  } catch (const std::runtime_error &error) {
    return error.what();
  }
  return "nothing thrown";
}

} // namespace rmemcheck::test
