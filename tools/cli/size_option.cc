// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/size_option.h"

#include "base/size.h"

#include <fmt/format.h>

namespace rmemcheck {

CLI::Option *add_size_option(CLI::App &app, const std::string &name, std::uint64_t &value,
                             const std::string &description) {
  const auto take = [&value, name](const std::string &text) {
    const auto size = parse_size(text);
    if (!size)
      throw CLI::ValidationError(
          name,
          fmt::format("\"{}\": expected a size such as 65536, 0x10000, 64K, 16M or 1G", text));
    value = *size;
  };
  const std::string whole = fmt::format("{} ({:#x})", description, value);
  return app.add_option_function<std::string>(name, take, whole)->type_name("SIZE");
}

} // namespace rmemcheck
