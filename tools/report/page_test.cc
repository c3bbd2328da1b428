// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/page.h"

#include "report/embedded.h"
#include "report/test_results.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

std::string page_of(const CaseResult &result, std::optional<MemoryMap> map = {}) {
  PageRun run;
  run.results = results_of({result});
  run.boots = {{result, {"rmemcheck run"}, std::move(map), "there is no folder"}};
  return html_page({run});
}

TEST(Page, ShowsFindingsWithTheirEvidence) {
  const std::string page = page_of(case_result("patched", "one", Outcome::fail));
  for (const char *text : {"136 findings of patched with one", "runs/patched/one/evidence/probe:7",
                           "No map: there is no folder", "rmemcheck run"})
    EXPECT_THAT(page, HasSubstr(text));
}

TEST(Page, TextIsNeverMarkup) {
  CaseResult result = case_result("patched", "</script><b>&'\"", Outcome::fail);
  result.title = "<!--";
  MemoryMap map;
  map.rows = {{"expected", {{{0, 1}, MapKind::reserved, "</script><b>"}}}};
  map.regions = {{"<b>", MapKind::reserved, "<b>", "<b>"}};
  const std::string page = page_of(result, map);
  EXPECT_THAT(page, Not(HasSubstr("</script><b>")));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>\\u003cb>"));
  EXPECT_THAT(page, HasSubstr("<p>&lt;!--</p>"));
}

TEST(Page, APlaceholderInANameIsText) {
  const std::string page = page_of(case_result("patched", "{{script}}", Outcome::pass));
  EXPECT_THAT(page, HasSubstr("data-case=\"{{script}}\""));
}

TEST(Page, AllowsItsOwnScriptAlone) {
  const std::string page = page_of(case_result("patched", "one", Outcome::pass));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(page, HasSubstr(std::string("<script>") + page_js + "</script>"));
}

} // namespace
} // namespace rmemcheck
