// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/mutant.h"

#include "base/error.h"
#include "base/file.h"
#include "judge/comparison.h"

#include <charconv>
#include <fmt/format.h>
#include <sstream>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// Reads lines "Key: value" until the diff begins.
class HeadReader {
public:
  explicit HeadReader(const fs::path &patch) { mutant_.patch = patch; }

  Mutant operator()() {
    for (const std::string &line : split_lines(read_file(mutant_.patch))) {
      ++number_;
      if (line.starts_with("diff --git "))
        break;
      take(line);
    }
    number_ = 0;
    if (mutant_.title.empty())
      refuse("a line \"Mutant:\" that says what is wrong");
    if (mutant_.demands.empty())
      refuse("a line \"Fails: MACHINE CASE RULES\"");
    return mutant_;
  }

private:
  [[noreturn]] void refuse(const std::string &expected) const {
    throw bad_input(fmt::format("{}{}: expected {}", mutant_.patch.string(),
                                number_ == 0 ? "" : fmt::format(":{}", number_), expected));
  }

  void take(const std::string &line) {
    static constexpr struct {
      const char *key;
      void (HeadReader::*take)(const std::string &);
    } keys[] = {{"Mutant: ", &HeadReader::take_title}, {"Hazards: ", &HeadReader::take_hazards},
                {"Fails: ", &HeadReader::take_demand}, {"Config: ", &HeadReader::take_config},
                {"With: ", &HeadReader::take_patch},   {"Series: ", &HeadReader::take_series}};
    for (const auto &[key, take] : keys)
      if (line.starts_with(key))
        return (this->*take)(line.substr(std::string(key).size()));
  }

  void take_title(const std::string &value) {
    if (!mutant_.title.empty())
      refuse("one line \"Mutant:\"");
    mutant_.title = value;
  }

  static std::vector<std::string> list_of(const std::string &value) {
    std::vector<std::string> words;
    std::istringstream text(value);
    for (std::string word; std::getline(text, word, ',');) {
      word.erase(0, word.find_first_not_of(' '));
      words.push_back(word);
    }
    return words;
  }

  void take_hazards(const std::string &value) {
    for (const std::string &word : list_of(value)) {
      std::uint64_t number = 0;
      const char *end = word.data() + word.size();
      if (std::from_chars(word.data(), end, number).ptr != end || number == 0)
        refuse("numbers of hazards, with commas between them");
      mutant_.hazards.push_back(number);
    }
  }

  void take_demand(const std::string &value) {
    std::istringstream words(value);
    Demand demand;
    std::string rules;
    if (!(words >> demand.machine >> demand.case_name) || !std::getline(words, rules))
      refuse("\"Fails: MACHINE CASE RULES\"");
    demand.rules = list_of(rules);
    for (const std::string &rule : demand.rules)
      if (!can_fail(rule))
        refuse(fmt::format("a rule, or panic, oops or hang; \"{}\" is none", rule));
    mutant_.demands.push_back(demand);
  }

  void take_config(const std::string &value) { mutant_.config.push_back(value); }

  /// By name, of the folder of faults beside the mutants.
  void take_patch(const std::string &value) {
    const fs::path below =
        fs::absolute(mutant_.patch).parent_path().parent_path() / "faults" / (value + ".patch");
    if (!is_file(below))
      refuse(fmt::format("the name of a patch of {}", below.parent_path().string()));
    mutant_.below.push_back(below);
  }

  void take_series(const std::string &value) { mutant_.series = value; }

  Mutant mutant_;
  std::size_t number_ = 0;
};

} // namespace

Mutant read_mutant(const fs::path &patch) { return HeadReader(patch)(); }

} // namespace rmemcheck
