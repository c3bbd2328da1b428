// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_list.h"

#include "base/error.h"
#include "base/toml_table.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// A spec without a base is one of the tree.
void take_base(KernelSpec &spec, const std::string &tree) {
  if (spec.kind != KernelSpec::Kind::tree || !spec.base.empty() || tree.empty())
    return;
  const KernelSpec base = parse_spec(tree);
  spec.base = base.base;
  spec.revision = base.revision;
  spec.from = base.from;
}

KernelRequest read_kernel(TomlTable &reader, const std::string &tree) {
  KernelRequest request;
  if (!reader.has("spec"))
    reader.refuse("spec", "a kernel, as --kernel takes it");
  const std::string spec = reader.string("spec").value_or("");
  try {
    request.spec = parse_spec(spec);
    take_base(request.spec, tree);
  } catch (const Error &error) {
    reader.refuse("spec", error.what());
  }
  request.name = reader.string("name").value_or("");
  if (!request.name.empty() && request.name != folder_name(request.name))
    reader.refuse("name", "the name of a folder");
  if (const auto word = reader.string("role")) {
    request.spec.role = parse_role(*word);
    if (!request.spec.role)
      reader.refuse("role", "\"pass\", \"baseline\", \"mutant\" or \"told\"");
  }
  request.cases = reader.strings("cases");
  request.machines = reader.strings("machines");
  request.config = reader.strings("config");
  request.has_array = reader.boolean("array", true);
  reader.finish();
  return request;
}

} // namespace

std::vector<KernelRequest> read_kernel_list(const std::filesystem::path &path,
                                            const std::string &tree) {
  const TomlFile file(path);
  TomlTable reader = file.root();
  std::vector<KernelRequest> requests;
  for (TomlTable &kernel : reader.tables("kernel"))
    requests.push_back(read_kernel(kernel, tree));
  if (requests.empty())
    reader.refuse("kernel", "at least one table, [[kernel]]");
  reader.finish();
  return requests;
}

} // namespace rmemcheck
