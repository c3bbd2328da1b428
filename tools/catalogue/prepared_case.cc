// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/prepared_case.h"

#include "base/error.h"
#include "devicetree/dtb.h"
#include "guest/boot.h"
#include "judge/judge.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

void check_rule_names(const fs::path &file, const std::vector<std::string> &wanted) {
  const auto is_rule = [](const std::string &name) {
    return std::ranges::find(rules(), name, &Rule::name) != rules().end();
  };
  for (const std::string &name : wanted)
    if (!is_rule(name) && name != boots_rule) {
      std::vector<std::string> names;
      std::ranges::transform(rules(), std::back_inserter(names), &Rule::name);
      names.emplace_back(boots_rule);
      throw bad_input(fmt::format("{}: baseline-fails: \"{}\" is no rule, expected some of {}",
                                  file.string(), name, fmt::join(names, ", ")));
    }
}

/// One that is written for other cells is taken out later: the board's own tree will do.
void add_tree(PreparedCase &prepared, const std::string &board, std::uint64_t memory_base) {
  try {
    prepared.dtb = has_needed_cells(prepared.what, board)
                       ? make_tree(board, prepared.what.tree, memory_base)
                       : board;
  } catch (const Error &error) {
    prepared.trouble = error.what();
  }
}

} // namespace

bool has_needed_cells(const Case &what, const std::string &dtb) {
  const Cells cells = Dtb(dtb, what.name).root_cells();
  const auto needed = static_cast<int>(what.needs_cells);
  return needed == 0 || (cells.address == needed && cells.size == needed);
}

std::vector<PreparedCase> prepare_cases(const std::vector<fs::path> &files, const Machine &machine,
                                        const fs::path &kernel) {
  std::vector<PreparedCase> cases;
  for (const fs::path &file : files) {
    cases.push_back({read_case(file), "", "", false, file});
    const Case &what = cases.back().what;
    check_rule_names(file, what.baseline_fails);
    for (const FailsWhere &fails : what.baseline_fails_where)
      check_rule_names(file, fails.rules);
    for (std::size_t index = 0; index + 1 < cases.size(); ++index)
      if (cases[index].what.name == what.name)
        throw bad_input(fmt::format("{}: there is another case named {}, expected one",
                                    file.string(), what.name));
  }
  if (!machine.board.has_device_tree)
    return cases;
  const std::string board = board_dtb(machine, kernel);
  for (PreparedCase &prepared : cases)
    add_tree(prepared, board, machine.board.memory_base);
  return cases;
}

std::vector<PreparedCase> prepare_trees(std::vector<Case> cases, const std::string &board,
                                        std::uint64_t memory_base) {
  std::vector<PreparedCase> prepared;
  for (Case &what : cases) {
    prepared.push_back({std::move(what), "", ""});
    add_tree(prepared.back(), board, memory_base);
  }
  return prepared;
}

} // namespace rmemcheck
