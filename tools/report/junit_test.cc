// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/junit.h"

#include "report/test_results.h"

#include <gtest/gtest.h>
#include <pugixml.hpp>

namespace rmemcheck {
namespace {

using namespace test;

pugi::xml_document junit_of(RunResults results) {
  results.machine = "arm64";
  pugi::xml_document document;
  const auto parsed = document.load_string(junit_xml({{"", std::move(results)}}).c_str());
  EXPECT_TRUE(parsed) << parsed.description();
  return document;
}

TEST(Junit, CountsWhatIsInIt) {
  const auto document = junit_of(results_of({case_result("patched", "one", Outcome::pass),
                                             case_result("patched", "two", Outcome::fail),
                                             case_result("patched", "three", Outcome::known),
                                             case_result("other", "one", Outcome::inconclusive)}));
  const auto all = document.child("testsuites");
  EXPECT_EQ(all.attribute("tests").as_int(), 4);
  EXPECT_EQ(all.attribute("failures").as_int(), 1);
  EXPECT_EQ(all.attribute("errors").as_int(), 1);
  EXPECT_EQ(all.attribute("skipped").as_int(), 1);
  const auto suite = all.find_child_by_attribute("testsuite", "name", "arm64.patched");
  EXPECT_EQ(suite.attribute("tests").as_int(), 3);
  EXPECT_EQ(suite.attribute("errors").as_int(), 0);
}

TEST(Junit, NamesTheModulesOfAnImage) {
  RunResults results = results_of({case_result("mine", "one", Outcome::pass)});
  results.kernels[0].modules = {{"a.ko", "0123"}, {"b.ko", "4567"}};
  const auto document = junit_of(results);
  const auto properties = document.child("testsuites").child("testsuite").child("properties");
  const auto modules = properties.find_child_by_attribute("property", "name", "kernel.modules");
  EXPECT_STREQ(modules.attribute("value").as_string(), "a.ko (SHA-256 0123), b.ko (SHA-256 4567)");
}

TEST(Junit, TextThatIsNoXmlIsShownAllTheSame) {
  CaseResult result = case_result("patched", "a<b>&\"'\x1b\xff", Outcome::fail);
  result.remarks = {"]]> \x01"};
  const auto document = junit_of(results_of({result}));
  const auto test = document.child("testsuites").child("testsuite").child("testcase");
  EXPECT_STREQ(test.attribute("name").as_string(), "a<b>&\"'\\x1b\xef\xbf\xbd");
  EXPECT_STREQ(test.child("failure").attribute("message").as_string(), "]]> \\x01");
}

TEST(Junit, AKernelThatIsMissingIsAnError) {
  RunResults results;
  results.kernels.emplace_back();
  results.kernels.back().name = "gone";
  results.kernels.back().trouble = "it does not build";
  const auto document = junit_of(results);
  const auto test = document.child("testsuites").child("testsuite").child("testcase");
  EXPECT_STREQ(test.child("error").attribute("message").as_string(),
               "no kernel: it does not build");
}

} // namespace
} // namespace rmemcheck
