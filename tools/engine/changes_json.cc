// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/version.h"
#include "engine/changes.h"

#include <nlohmann/json.hpp>

namespace rmemcheck {
namespace {

using Json = nlohmann::ordered_json;

Json list(const std::vector<Change> &changes) {
  Json array = Json::array();
  for (const Change &change : changes)
    array.push_back({{"machine", change.machine},
                     {"kernel", change.kernel},
                     {"case", change.case_name},
                     {"rule", change.rule},
                     {"region", change.region},
                     {"before", change.before},
                     {"after", change.after},
                     {"text", change.text}});
  return array;
}

} // namespace

std::string changes_json(const Changes &changes) {
  const Json json = {{"format", "rmemcheck-changes 1"},
                     {"tool", {{"name", "rmemcheck"}, {"version", tool_version}}},
                     {"outcome", to_string(conclusion(changes))},
                     {"compared", changes.compared},
                     {"new_failures", list(changes.new_failures)},
                     {"repaired", list(changes.repaired)},
                     {"not_compared", list(changes.not_compared)},
                     {"moved", list(changes.moved)},
                     {"log", list(changes.log)},
                     {"no_evidence", list(changes.no_evidence)},
                     {"paired", list(changes.paired)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace rmemcheck
