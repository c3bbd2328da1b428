// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_list.h"

#include "base/error.h"
#include "base/toml_table.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

KernelRequest read_kernel(TomlTable &reader) {
  KernelRequest request;
  if (!reader.has("spec"))
    reader.refuse("spec", "a kernel, as --kernel takes it");
  const std::string spec = reader.string("spec").value_or("");
  try {
    request.spec = parse_spec(spec);
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
  reader.finish();
  return request;
}

} // namespace

std::vector<KernelRequest> read_kernel_list(const std::filesystem::path &path) {
  const TomlFile file(path);
  TomlTable reader = file.root();
  std::vector<KernelRequest> requests;
  for (TomlTable &kernel : reader.tables("kernel"))
    requests.push_back(read_kernel(kernel));
  if (requests.empty())
    reader.refuse("kernel", "at least one table, [[kernel]]");
  reader.finish();
  return requests;
}

} // namespace rmemcheck
