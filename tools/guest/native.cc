// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/native.h"

#include "base/error.h"

#include <fmt/format.h>
#include <libfdt.h>
#include <sstream>

namespace rmemcheck {
namespace {

/// Everything fits into the room that is given, so no step of libfdt can fail.
void must(int result) {
  if (result < 0)
    throw could_not_find_out(fmt::format("the tree of the machine: {}", fdt_strerror(result)));
}

void set_text(void *fdt, int node, const char *name, const std::string &text) {
  must(fdt_setprop(fdt, node, name, text.c_str(), static_cast<int>(text.size() + 1)));
}

} // namespace

std::vector<std::string> native_command(const BootRequest &request, const GuestFiles &files) {
  std::vector<std::string> command = {"setarch",
                                      "--addr-no-randomize",
                                      std::filesystem::absolute(request.image).string(),
                                      fmt::format("mem={}M", request.machine.board.memory_mib),
                                      "dtb=" + files.dtb.string(),
                                      "uml_dir=."}; // where it keeps its pid; below HOME without
  std::istringstream words(kernel_command_line(request));
  for (std::string word; words >> word;)
    command.push_back(word);
  return command;
}

std::string native_dtb(const Machine &machine) {
  std::string bytes(4096, '\0');
  void *const fdt = bytes.data();
  const std::string name = fmt::format("memory@{:x}", machine.board.memory_base);
  must(fdt_create_empty_tree(fdt, static_cast<int>(bytes.size())));
  must(fdt_setprop_u32(fdt, 0, "#address-cells", 2));
  must(fdt_setprop_u32(fdt, 0, "#size-cells", 2));
  set_text(fdt, 0, "compatible", machine.arch);
  const int memory = fdt_add_subnode(fdt, 0, name.c_str());
  must(memory);
  set_text(fdt, memory, "device_type", "memory");
  must(fdt_setprop_u64(fdt, memory, "reg", machine.board.memory_base));
  must(fdt_appendprop_u64(fdt, memory, "reg", machine.board.memory_mib << 20));
  must(fdt_pack(fdt));
  bytes.resize(fdt_totalsize(fdt));
  return bytes;
}

} // namespace rmemcheck
