// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/mail.h"

#include "base/file.h"
#include "base/folder.h"
#include "base/test_folder.h"
#include "engine/kept_boot.h"
#include "report/json.h"
#include "report/test_results.h"

#include <gmock/gmock.h>
#include <sstream>

namespace rmemcheck::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class MailTest : public FolderTest {
protected:
  MailTest() {
    CaseResult baseline = case_result("baseline", "static-65", Outcome::fail);
    CaseResult patched = case_result("patched", "static-65", Outcome::pass);
    baseline.conclusion = Outcome::pass;
    run.results = results_of({case_result("baseline", "one", Outcome::pass),
                              case_result("patched", "one", Outcome::pass), baseline, patched});
    run.results.machine = "arm64";
    run.results.kernels[0].spec = "baseline=../linux";
    run.results.kernels[1].spec = "../linux+series";
    for (KernelResult &kernel : run.results.kernels)
      kernel.patchset = "";
    run.folder = folder;
    write("runs/baseline/static-65/evidence/dmesg",
          "[    0.000000] Linux version 6.9.0 (x)\n"
          "[    0.000000] OF: reserved mem: not enough space for all defined regions.\n");
    write("runs/patched/static-65/evidence/dmesg", "[    0.000000] Linux version 6.9.0 (x)\n");
  }
  KeptRun run;
};

TEST_F(MailTest, SaysWhatAMaintainerWantsToKnow) {
  const std::string text = mail_text({run});
  EXPECT_THAT(text, HasSubstr("Reserved memory on arm64: pass: 4 boots, each as it must be"));
  EXPECT_THAT(text, HasSubstr("  static-65  64 of 65 fail   65 of 65 pass\n"));
  EXPECT_THAT(text, HasSubstr("1 case passes on every kernel"));
  EXPECT_THAT(text, HasSubstr("-OF: reserved mem: not enough space for all defined regions."));
  EXPECT_THAT(text, Not(HasSubstr("0.000000")));
  EXPECT_THAT(text, HasSubstr("rmemcheck run --kernel baseline=../linux --kernel ../linux+series"));
  EXPECT_THAT(text, Not(HasSubstr("Findings")));
}

TEST_F(MailTest, HasFindingsOfWhatIsNotAsItMustBe) {
  run.results.cases.back().conclusion = Outcome::fail;
  run.results.cases.back().remarks = {"static-65: patched must pass, but: failed: recorded"};
  run.results.cases.back().verdict.rules = {rule("recorded", Outcome::fail, "", 2)};
  EXPECT_THAT(mail_text({run}),
              AllOf(HasSubstr("Findings:\n  static-65: patched must pass"),
                    HasSubstr("    recorded: region0: expected recorded, seen nothing")));
}

TEST_F(MailTest, NamesTheFilesOfCasesThatTheKitDoesNotHave) {
  CaseResult board = case_result("patched", "board", Outcome::fail);
  board.file = "boards/my board.dtb";
  CaseResult found = case_result("patched", "found", Outcome::fail);
  found.file = "found/found.toml";
  run.results.cases = {board, found, case_result("patched", "one", Outcome::fail)};
  EXPECT_THAT(mail_text({run}), HasSubstr("--cases found/found.toml,one --boards 'boards/my\n"
                                          "      board.dtb'\n"));
}

TEST_F(MailTest, Has72Columns) {
  std::istringstream lines(mail_text({run}));
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 72u) << line;
}

TEST_F(MailTest, NamesFilesOfTheCacheWithoutItsFolders) {
  KeptBoot boot;
  boot.boot.qemu_argv = {"qemu", "-kernel",
                         "/home/alice/.cache/rmemcheck/kernels/" + std::string(64, 'a') + "/Image",
                         "-dtb", "tree.dtb"};
  boot.boot.evidence = {{"dmesg", "[    0.000000] Linux version 6.9.0 (x)\n"}};
  save(folder / run.results.cases.back().folder, boot);
  EXPECT_THAT(mail_text({run}), HasSubstr("QEMU, as it was started, but for the folders of the "
                                          "cache:\n  qemu -kernel Image -dtb tree.dtb\n"));
}

TEST_F(MailTest, SaysWhatKernelsWereBuiltOn) {
  EXPECT_THAT(mail_text({run}), HasSubstr("config     allnoconfig, Kconfig.fragment and"));
  run.results.config = "/boot/config-6.9";
  EXPECT_THAT(mail_text({run}), AllOf(HasSubstr("config     /boot/config-6.9, Kconfig.fragment"),
                                      HasSubstr("--config /boot/config-6.9")));
}

TEST_F(MailTest, InventsNoConfigurationOfKernelsFromElsewhere) {
  for (KernelResult &kernel : run.results.kernels)
    kernel.patchset.reset();
  run.results.kernels[0].spec = "debian:sid/linux-image-arm64";
  run.results.kernels[0].title = "linux-image-6.9-arm64 6.9.1-1";
  run.results.kernels[1].spec = "/home/alice/linux/arch/arm64/boot/Image";
  const std::string text = mail_text({run});
  EXPECT_THAT(text, Not(HasSubstr("allnoconfig")));
  EXPECT_THAT(text, HasSubstr("~/linux/arch/arm64/boot/Image, built"));
  EXPECT_THAT(text, HasSubstr("6.9.1-1\", built elsewhere, with a configuration of its own"));
}

TEST_F(MailTest, NamesTheModulesOfAnImage) {
  run.results = results_of({case_result("mine", "one", Outcome::pass)});
  run.results.machine = "arm64";
  run.results.kernels[0].spec = "Image";
  run.results.kernels[0].modules = {{"/home/alice/virtio.ko", std::string(64, 'a')},
                                    {"/home/alice/probe.ko", std::string(64, 'b')}};
  const std::string text = mail_text({run});
  EXPECT_THAT(text, HasSubstr("module     ~/virtio.ko (SHA-256\n           " +
                              std::string(64, 'a') + ")\nmodule     ~/probe.ko"));
  EXPECT_THAT(text, HasSubstr("rmemcheck run --image Image --name mine --module ~/virtio.ko"));
}

TEST_F(MailTest, HasNoPathOfAnybodysHome) {
  run.results.tree = "/home/alice/linux";
  run.results.kernels[0].spec = "baseline=/root/linux";
  run.results.kernels[1].spec = (std::filesystem::current_path() / "linux+series").string();
  const std::string text = mail_text({run});
  EXPECT_THAT(text, AllOf(HasSubstr("tree       ~/linux\n"), HasSubstr("baseline=~/linux"),
                          HasSubstr("--kernel linux+series")));
  EXPECT_THAT(text, Not(HasSubstr("alice")));
}

TEST_F(MailTest, ObeysNoTerminalAndHasNamesWhole) {
  run.results.kernels[0].name = "a-kernel-of-a-long-name";
  for (CaseResult &each : run.results.cases)
    if (each.kernel == "baseline")
      each.kernel = "a-kernel-of-a-long-name";
  write("runs/patched/static-65/evidence/dmesg",
        "[    0.000000] Linux version 6.9.0 (x)\n[    0.000000] OF: reserved mem: \033[2J\n");
  const std::string text = mail_text({run});
  EXPECT_THAT(text, HasSubstr("    64 of 65 fail      a-kernel-of-a-long-name\n"));
  EXPECT_THAT(text, HasSubstr("+OF: reserved mem: \\x1b[2J"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST_F(MailTest, ListsManyKernels) {
  for (const char *name : {"c", "d"})
    run.results.kernels.push_back({name, Role::must_pass, "", "", "", "", false, 0, ""});
  EXPECT_THAT(mail_text({run}), HasSubstr("  static-65\n    64 of 65 fail      baseline\n"));
}

TEST_F(MailTest, KeepsRowsOfLongNamesTogether) {
  const std::string name(60, 'k');
  run.results.kernels[0].name = name;
  for (CaseResult &each : run.results.cases)
    if (each.kernel == "baseline")
      each.kernel = name;
  EXPECT_THAT(mail_text({run}), HasSubstr("    64 of 65 fail\n      " + name + '\n'));
}

TEST_F(MailTest, NamesARangeOfCommitsOnce) {
  for (KernelResult &kernel : run.results.kernels)
    kernel.spec = "../linux@a..b";
  EXPECT_THAT(mail_text({run}), HasSubstr("rmemcheck run --kernel ../linux@a..b --machine arm64"));
}

TEST(Wrapped, BreaksAtSpaces) {
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrapped("  onetwothreefour five", 6, 2), "  onetwothreefour\n  five");
  EXPECT_EQ(wrapped("", 7, 2), "");
}

TEST(ReadJson, IsWhatWasWritten) {
  RunResults run = results_of({case_result("patched", "one", Outcome::fail)});
  run.kernels[0].role = Role::mutant;
  run.cases[0].role = Role::mutant;
  run.cases[0].fails_without = {"logged"};
  run.machine = "arm64";
  run.kernels[0].modules = {{"probe.ko", "0123"}};
  const std::string text = results_json(run);
  EXPECT_THAT(text, HasSubstr("\"file\": \"probe.ko\""));
  EXPECT_EQ(results_json(parse_results(text, "x")), text);
}

TEST(ReadJson, TakesTheListOfSeveralMachines) {
  RunResults run = results_of({case_result("linux", "one", Outcome::pass)});
  run.machine = "arm64";
  RunResults other = run;
  other.machine = "arm";
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "both.json";
  write_file(file, all_results_json({run, other}));
  const std::vector<KeptRun> runs = read_runs(file);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].results.machine, "arm64");
  EXPECT_EQ(runs[1].results.machine, "arm");
}

TEST(ReadJson, RefusesAnotherFormat) {
  std::string text = results_json(results_of({}));
  text.replace(text.find("results 1"), 9, "results 2");
  EXPECT_THAT(error_of([&] { (void)parse_results(text, "some.json"); }).what(),
              HasSubstr("format: expected \"rmemcheck-results 1\", not \"rmemcheck-results 2\""));
}

TEST_F(MailTest, IsOfOneRunAtLeast) {
  write("results.json", "[]");
  EXPECT_THAT(error_of([&] { (void)read_runs(folder); }).what(), HasSubstr("the list has none"));
}

TEST(ReadJson, RefusesWhatIsNoResult) {
  for (const char *text : {"", "{}", "[1]", "{\"format\": \"x\"}"}) {
    const Error error = error_of([&] { (void)parse_results(text, "some.json"); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("some.json: expected the results of a run"));
  }
}

} // namespace
} // namespace rmemcheck::test
