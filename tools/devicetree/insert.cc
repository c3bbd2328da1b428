// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/insert.h"

#include "base/error.h"
#include "devicetree/dtb.h"

#include <fmt/format.h>
#include <libfdt.h>
#include <limits>

namespace rmemcheck {
namespace {

/// Writes a tree by libfdt's sequential functions, which move nothing that is written.
class SequentialTree {
public:
  explicit SequentialTree(std::size_t room) : bytes_(room, '\0') {
    if (room > static_cast<std::size_t>(std::numeric_limits<int>::max()))
      throw bad_input("device tree: too large, expected less than 2 GiB");
    check_libfdt(fdt_create(blob(), static_cast<int>(room)));
  }

  void add_memreserves(const char *from) {
    for (int index = 0; index < fdt_num_mem_rsv(from); ++index) {
      std::uint64_t base = 0;
      std::uint64_t size = 0;
      check_libfdt(fdt_get_mem_rsv(from, index, &base, &size));
      check_libfdt(fdt_add_reservemap_entry(blob(), base, size));
    }
    check_libfdt(fdt_finish_reservemap(blob()));
  }
  void begin_node(const char *name) { check_libfdt(fdt_begin_node(blob(), name)); }
  void end_node() { check_libfdt(fdt_end_node(blob())); }
  void add_property(const char *name, const void *value, int size) {
    check_libfdt(fdt_property(blob(), name, value, size));
  }
  void add_node(const NewNode &node) {
    begin_node(node.name.c_str());
    for (const Property &property : node.properties)
      add_property(property.name.c_str(), property.value.data(),
                   static_cast<int>(property.value.size()));
    end_node();
  }
  std::string finish(std::uint32_t boot_processor) {
    check_libfdt(fdt_finish(blob()));
    fdt_set_boot_cpuid_phys(blob(), boot_processor);
    return bytes_.substr(0, fdt_totalsize(blob()));
  }

private:
  void *blob() { return bytes_.data(); }
  std::string bytes_;
};

std::size_t room_for(const std::vector<NewNode> &nodes) {
  constexpr std::size_t overhead = 32; // of a property: its header, its name among the strings
  std::size_t room = 4096;
  for (const NewNode &node : nodes) {
    room += node.name.size() + overhead;
    for (const Property &property : node.properties)
      room += property.name.size() + property.value.size() + overhead;
  }
  return room;
}

/// Copies a tree tag by tag, with new children of one node.
class Copy {
public:
  Copy(const std::string &from, int parent, const std::vector<NewNode> &children)
      : from_(from.data()), parent_(parent), children_(children),
        tree_(from.size() + room_for(children)) {}

  std::string operator()() {
    tree_.add_memreserves(from_);
    int next = 0;
    for (int offset = 0; next >= 0; offset = next) {
      const std::uint32_t tag = fdt_next_tag(from_, offset, &next);
      if (tag == FDT_END)
        break;
      take(tag, offset);
    }
    return tree_.finish(fdt_boot_cpuid_phys(from_));
  }

private:
  void take(std::uint32_t tag, int offset) {
    const bool ends_properties = tag == FDT_BEGIN_NODE || tag == FDT_END_NODE;
    if (ends_properties && is_in_parent_) {
      is_in_parent_ = false;
      for (const NewNode &child : children_)
        tree_.add_node(child);
    }
    if (tag == FDT_BEGIN_NODE) {
      tree_.begin_node(fdt_get_name(from_, offset, nullptr));
      is_in_parent_ = offset == parent_;
    } else if (tag == FDT_END_NODE) {
      tree_.end_node();
    } else if (tag == FDT_PROP) {
      const char *name = nullptr;
      int size = 0;
      const void *value = fdt_getprop_by_offset(from_, offset, &name, &size);
      tree_.add_property(name, value, size);
    }
  }

  const char *from_;
  int parent_;
  const std::vector<NewNode> &children_;
  SequentialTree tree_;
  bool is_in_parent_ = false;
};

} // namespace

std::string insert_children(const std::string &dtb, const std::string &path,
                            const std::vector<NewNode> &children) {
  const int parent = check_libfdt(fdt_path_offset(dtb.data(), path.c_str()), path);
  return Copy(dtb, parent, children)();
}

} // namespace rmemcheck
