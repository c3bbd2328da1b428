// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/resumed.h"

#include "base/error.h"
#include "base/file.h"
#include "report/read_json.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path &folder, const std::string &what) {
  throw bad_input(fmt::format("--resume: {}: {}; expected the same command, or one that asks for "
                              "more, or --out with another folder",
                              folder.string(), what));
}

const AskedFor::Kernel *find(const AskedFor &asked, const std::string &name) {
  const auto kernel = std::ranges::find(asked.kernels, name, &AskedFor::Kernel::name);
  return kernel == asked.kernels.end() ? nullptr : &*kernel;
}

void check_kernel(const fs::path &folder, const KernelResult &earlier, const AskedFor &asked) {
  const AskedFor::Kernel *now = find(asked, earlier.name);
  if (now == nullptr)
    refuse(folder, fmt::format("has the kernel {} ({}), which is not asked for now", earlier.name,
                               earlier.spec));
  if (now->spec != earlier.spec)
    refuse(folder, fmt::format("has {} of the kernel {}, and asked for now is {}", earlier.name,
                               earlier.spec, now->spec));
  if (now->role != earlier.role)
    refuse(folder, fmt::format("has the kernel {} with the role {}, and asked for now is {}",
                               earlier.name, to_string(earlier.role), to_string(now->role)));
}

/// Boots may be there that no results.json lists: of a run that was killed.
void check_boots(const fs::path &folder, const AskedFor &asked) {
  std::error_code none;
  for (const fs::directory_entry &kernel : fs::directory_iterator(folder / "runs", none)) {
    const std::string name = kernel.path().filename().string();
    const AskedFor::Kernel *now = find(asked, name);
    if (now == nullptr)
      refuse(folder, fmt::format("has boots of the kernel {}, which is not asked for now", name));
    for (const fs::directory_entry &boot : fs::directory_iterator(kernel.path(), none)) {
      const std::string booted = boot.path().filename().string();
      if (std::ranges::find(now->cases, booted) == now->cases.end())
        refuse(folder, fmt::format("has a boot of {} with the case {}, which is not asked for now",
                                   name, booted));
    }
  }
}

} // namespace

void check_resumed(const fs::path &folder, const AskedFor &asked) {
  const fs::path file = folder / "results.json";
  if (is_there(file)) {
    const RunResults earlier = parse_results(read_file(file), file.string());
    if (earlier.random)
      refuse(folder, "has trees by chance, and asked for now are cases");
    if (earlier.machine != asked.machine)
      refuse(folder, fmt::format("is of the machine {}, and asked for now is {}", earlier.machine,
                                 asked.machine));
    for (const KernelResult &kernel : earlier.kernels)
      check_kernel(folder, kernel, asked);
  }
  check_boots(folder, asked);
}

} // namespace rmemcheck
