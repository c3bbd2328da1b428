// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_list.h"

#include "base/error.h"
#include "base/toml_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

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

/// One that is not there would be passed over, and a kernel without a boot fails nothing.
void check_cases(const TomlTable &reader, const std::vector<std::string> &given,
                 const std::vector<std::string> &all) {
  for (const std::string &name : given)
    if (!all.empty() && std::ranges::find(all, name) == all.end())
      reader.refuse("cases", fmt::format("names of cases, not \"{}\"", name));
}

KernelRequest read_kernel(TomlTable &reader, const std::string &tree,
                          const std::vector<std::string> &cases) {
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
  check_cases(reader, request.cases, cases);
  request.machines = reader.strings("machines");
  request.config = reader.strings("config");
  if (!request.config.empty() && request.spec.kind != KernelSpec::Kind::tree)
    reader.refuse("config", "none: this kernel has been built");
  request.has_array = reader.boolean("array", true);
  reader.finish();
  return request;
}

} // namespace

std::vector<KernelRequest> read_kernel_list(const std::filesystem::path &path,
                                            const std::string &tree,
                                            const std::vector<std::string> &cases) {
  const TomlFile file(path);
  TomlTable reader = file.root();
  std::vector<KernelRequest> requests;
  std::set<std::string> names;
  for (TomlTable &kernel : reader.tables("kernel")) {
    requests.push_back(read_kernel(kernel, tree, cases));
    if (const std::string &name = requests.back().name; !name.empty() && !names.insert(name).second)
      kernel.refuse("name", "one that no kernel above has");
  }
  if (requests.empty())
    reader.refuse("kernel", "at least one table, [[kernel]]");
  reader.finish();
  return requests;
}

} // namespace rmemcheck
