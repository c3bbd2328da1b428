// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/json.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace rmemcheck {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<std::uint64_t> &number) { return number ? Json(*number) : Json(); }

Json to_json(const std::optional<Counts> &counts) {
  if (!counts)
    return {};
  return {{"total", counts->total()}, {"early", counts->early},
          {"late", counts->late},     {"insertion", counts->insertion},
          {"search", counts->search}, {"logging", counts->logging}};
}

Json to_json(const CostResult &result) {
  return {{"static", result.size.statics},
          {"boot_placed", result.size.boot_placed},
          {"reason", result.reason},
          {"recorded", to_json(result.recorded)},
          {"allocated_bytes", to_json(result.allocated)},
          {"instructions", to_json(result.counts)}};
}

Json to_json(const KernelCost &kernel) {
  Json results = Json::array();
  for (const CostResult &result : kernel.results)
    results.push_back(to_json(result));
  return {{"name", kernel.name},
          {"late_function", kernel.late_function},
          {"resident_bytes", kernel.memory.resident},
          {"init_bytes", kernel.memory.init},
          {"memblock_slots_bytes", kernel.memory.memblock_slots},
          {"results", std::move(results)}};
}

Json to_json(const GrowthLine &line) {
  return {{"outcome", to_string(line.outcome)}, {"text", line.text}};
}

template <typename Each> Json list(const std::vector<Each> &items) {
  Json array = Json::array();
  for (const Each &item : items)
    array.push_back(to_json(item));
  return array;
}

} // namespace

std::string to_string(GrowthLine::Outcome outcome) {
  switch (outcome) {
  case GrowthLine::Outcome::holds:
    return "holds";
  case GrowthLine::Outcome::fails:
    return "fails";
  case GrowthLine::Outcome::not_known:
    break;
  }
  return "not-known";
}

std::string cost_json(const std::string &machine, const std::vector<KernelCost> &kernels,
                      const std::vector<GrowthLine> &checks) {
  const Json json = {{"format", "rmemcheck-cost 1"},
                     {"machine", machine},
                     {"kernels", list(kernels)},
                     {"checks", list(checks)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace rmemcheck
