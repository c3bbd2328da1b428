// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/test_folder.h"
#include "devicetree/test_tree.h"
#include "engine/read_boot.h"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class KeptBootTest : public FolderTest {
protected:
  KeptBootTest() {
    TreeRequest tree;
    tree.regions = {static_region("a", 0x10000000, 0x10000)};
    tree.regions[0].no_map = true;
    kept.kernel = "baseline";
    kept.case_name = "one";
    kept.title = "one region";
    kept.kernel_version = "6.1.192";
    kept.dtb = make_tree(board(), tree, memory_base);
    kept.boot.qemu_argv = {"qemu", "-append", "a b"};
    kept.boot.qemu_version = "7.2";
    kept.boot.console = "console\r\n";
    kept.boot.evidence = {{"version", std::string("Linux\0", 6)}, {"cmdline", ""}};
    kept.boot.seconds = 0.5;
  }
  [[nodiscard]] fs::path run() const { return folder / "run"; }
  static std::string tree_with(const std::vector<RegionRequest> &regions) {
    TreeRequest tree;
    tree.regions = regions;
    return make_tree(board(), tree, memory_base);
  }

  KeptBoot kept;
};

TEST_F(KeptBootTest, ThatSentABrokenTreeIsNotUnderstood) {
  kept.boot.evidence["fdt"] = "no tree";
  const CaseResult result = judge_kept(kept, "runs/x");
  EXPECT_EQ(result.verdict.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.verdict.reason, HasSubstr("runs/x/evidence/fdt"));
}

TEST_F(KeptBootTest, IsReadAsItWasWritten) {
  kept.boot.ending = Ending::panic;
  kept.case_file = "boards/a.dtb";
  kept.hazards = {9, 10};
  kept.left_out = 44;
  kept.recording = Recording::no_array;
  kept.must_log = {"KASAN"};
  kept.modules = {{"virtio.ko", "0123"}, {"../reserved_mem_probe.ko", "4567"}};
  kept.boot.ending_reason = "Kernel panic - not syncing: \"x\"";
  save(run(), kept);
  const KeptBoot again = load(run());
  EXPECT_EQ(again.kernel, kept.kernel);
  EXPECT_EQ(again.case_name, kept.case_name);
  EXPECT_EQ(again.title, kept.title);
  EXPECT_EQ(again.case_file, kept.case_file);
  EXPECT_EQ(again.hazards, kept.hazards);
  EXPECT_EQ(again.left_out, kept.left_out);
  EXPECT_EQ(again.recording, kept.recording);
  EXPECT_EQ(again.must_log, kept.must_log);
  EXPECT_EQ(again.modules, kept.modules);
  EXPECT_EQ(again.kernel_version, kept.kernel_version);
  EXPECT_EQ(again.dtb, kept.dtb);
  EXPECT_EQ(again.boot.ending, kept.boot.ending);
  EXPECT_EQ(again.boot.ending_reason, kept.boot.ending_reason);
  EXPECT_EQ(again.boot.qemu_argv, kept.boot.qemu_argv);
  EXPECT_EQ(again.boot.console, kept.boot.console);
  EXPECT_EQ(again.boot.evidence, kept.boot.evidence);
  EXPECT_EQ(again.boot.seconds, kept.boot.seconds);
}

TEST_F(KeptBootTest, NamesTheEvidenceThatIsAbsent) {
  kept.boot.evidence["probe"] = "text";
  save(run(), kept);
  const auto absent = nlohmann::json::parse(read("run/run.json")).at("absent");
  EXPECT_THAT(absent, Contains("dmesg"));
  EXPECT_THAT(absent, Not(Contains("probe")));
}

TEST_F(KeptBootTest, RefusesEvidenceWhoseNameIsAPath) {
  for (const char *name : {"../console.log", "a/b", "..", ""}) {
    kept.boot.evidence = {{name, "text"}};
    EXPECT_EQ(error_of([&] { save(run(), kept); }).status(), ExitStatus::unknown) << name;
  }
}

TEST_F(KeptBootTest, SaysWhatIsWrongWithAFolder) {
  const auto message = [&] { return std::string(error_of([&] { load(run()); }).what()); };
  EXPECT_THAT(message(), HasSubstr("run.json"));
  save(run(), kept);
  fs::remove(run() / "tree.dtb");
  EXPECT_THAT(message(), HasSubstr("tree.dtb"));
  write("run/run.json", "{\"format\": \"other\"}");
  EXPECT_THAT(message(), AllOf(HasSubstr("run.json"), HasSubstr("rmemcheck-run 1")));
  write("run/run.json", "{");
  EXPECT_THAT(message(), HasSubstr("run.json"));
  EXPECT_EQ(error_of([&] { load(run()); }).status(), ExitStatus::bad_input);
}

/// What run.json says of the files beside it, and of the folder that a run has put it into.
TEST_F(KeptBootTest, RefusesARunJsonOfAnother) {
  save(folder / "runs/baseline/one", kept);
  EXPECT_EQ(load(folder / "runs/baseline/one").case_name, "one");
  save(folder / "runs/patched/one", kept);
  const auto refusal = [&](const fs::path &of) {
    const Error error = error_of([&] { load(of); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    return std::string(error.what());
  };
  EXPECT_THAT(refusal(folder / "runs/patched/one/"),
              HasSubstr("expected the boot of kernel \"patched\" with case \"one\", found "
                        "\"baseline\" with \"one\""));
  save(run(), kept);
  write("run/evidence/iomem", "");
  EXPECT_THAT(refusal(run()), HasSubstr("evidence/iomem: expected no such file, as run.json says"));
  fs::remove_all(run());
  kept.address_bits = 7;
  save(run(), kept);
  EXPECT_THAT(refusal(run()), HasSubstr("address_bits: expected 32 or 64, found 7"));
}

/// A pipe would be read for ever, and a link to itself is none that can be followed.
TEST_F(KeptBootTest, NamesWhatIsNoFile) {
  save(run(), kept);
  const auto message_without = [&](const char *name, const auto &put) {
    fs::rename(run() / name, folder / "aside");
    put(run() / name);
    const Error error = error_of([&] { load(run()); });
    fs::remove(run() / name);
    fs::rename(folder / "aside", run() / name);
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    return std::string(error.what());
  };
  for (const char *name : {"tree.dtb", "console.log", "run.json"}) {
    const auto make_pipe = [](const fs::path &path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); };
    EXPECT_THAT(message_without(name, make_pipe),
                HasSubstr(name + std::string(": expected a file")));
    const auto make_loop = [](const fs::path &path) { fs::create_symlink(path.filename(), path); };
    EXPECT_THAT(message_without(name, make_loop), HasSubstr(name + std::string(": cannot read")));
    const auto make_broken = [](const fs::path &path) { fs::create_symlink("nowhere", path); };
    EXPECT_THAT(message_without(name, make_broken), HasSubstr(name + std::string(": cannot read")));
  }
  EXPECT_EQ(load(run()).boot.console, kept.boot.console);
}

TEST_F(KeptBootTest, JudgesKeptEvidenceAsItDidAtOnce) {
  kept.boot.ending = Ending::hang;
  kept.boot.ending_reason = "no byte for 20 s";
  save(run(), kept);
  const CaseResult at_once = judge_kept(kept, "runs/baseline/one");
  const CaseResult again = judge_kept(load(run()), "runs/baseline/one");
  EXPECT_EQ(at_once.verdict.outcome, Outcome::fail);
  EXPECT_THAT(at_once.verdict.reason, HasSubstr("no byte for 20 s"));
  EXPECT_EQ(again.verdict.outcome, at_once.verdict.outcome);
  EXPECT_EQ(again.verdict.reason, at_once.verdict.reason);
  EXPECT_EQ(at_once.verdict.regions_in_tree, 1u);
  EXPECT_EQ(at_once.no_map, 1u);
}

TEST_F(KeptBootTest, IsInconclusiveWhereEvidenceIsNotUnderstood) {
  kept.boot.evidence = {{"iomem", "no such line\n"}};
  const CaseResult result = judge_kept(kept, "");
  EXPECT_EQ(result.verdict.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.verdict.reason, HasSubstr("iomem"));
  EXPECT_EQ(result.verdict.rules.size(), rules().size());
  kept.boot.ending = Ending::panic;
  EXPECT_EQ(judge_kept(kept, "").verdict.outcome, Outcome::fail);
}

TEST_F(KeptBootTest, ExpectsWhatFirmwareHasAdded) {
  const RegionRequest ours = static_region("ours", 0x10000000, 0x10000);
  const RegionRequest firmware = static_region("firmware", 0x18000000, 0x10000);
  kept.dtb = tree_with({ours});
  kept.boot.evidence = {{"fdt", tree_with({ours, firmware})}};
  const CaseResult result = judge_kept(kept, "");
  EXPECT_EQ(result.verdict.regions_in_tree, 2u);
  EXPECT_THAT(result.notes, Contains("firmware has added firmware@58000000"));
}

/// Whoever names a tree for a live system has said what is to be expected, and the firmware there
/// has its own all the same: one of its regions lies in no tree but the kernel's.
TEST_F(KeptBootTest, ExpectsWhatFirmwareHasAddedToATreeThatIsNotTheKernels) {
  const RegionRequest moved = static_region("moved", 0x10000000, 0x10000);
  RegionRequest changed = static_region("changed", 0x14000000, 0x10000);
  kept.dtb = tree_with({moved, changed});
  changed.no_map = true;
  const RegionRequest firmware = static_region("firmware", 0x18000000, 0x10000);
  kept.boot.evidence = {{"fdt", tree_with({changed, firmware})}};
  kept.is_live = true;
  const CaseResult result = judge_kept(kept, "");
  EXPECT_EQ(result.verdict.regions_in_tree, 3u);
  EXPECT_EQ(result.no_map, 0u);
  EXPECT_THAT(result.notes, Contains("firmware has added firmware@58000000"));
}

TEST_F(KeptBootTest, ExpectsWhatFirmwareHasAddedToTheHeader) {
  TreeRequest tree;
  tree.memreserve = {{0x14000000, 0x10000}};
  kept.dtb = make_tree(board(), tree, memory_base);
  tree.memreserve.emplace_back(0x18000000, 0x10000);
  kept.boot.evidence = {{"fdt", make_tree(board(), tree, memory_base)},
                        {"memblock-reserved", "   0: 0x0000000054000000..0x000000005400ffff\n"}};
  CaseResult result = judge_kept(kept, "");
  const std::string added = "/memreserve/ 0x0000000058000000..0x000000005800ffff";
  EXPECT_THAT(result.notes, Contains("firmware has added " + added));
  const auto rule = std::ranges::find(result.verdict.rules, "reserved", &RuleResult::rule);
  ASSERT_EQ(rule->findings.size(), 1u);
  EXPECT_THAT(rule->findings[0].seen + rule->findings[0].expected, HasSubstr("58000000"));
  // The stub of UEFI takes all of it out, and the memory map has what is reserved.
  kept.boot.evidence = {
      {"fdt", tree_with({})},
      {"dmesg", "<6>[    0.0] efi: Processing EFI memory map:\n"
                "<6>[    0.0] efi:   0x000040000000-0x00007fffffff [Conventional|   |]\n"}};
  result = judge_kept(kept, "");
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("firmware has added"))));
}

TEST_F(KeptBootTest, TellsFirmwaresRegionsFromOurs) {
  const RegionRequest ours = static_region("ours", 0x10000000, 0x10000);
  const RegionRequest firmware = static_region("firmware", 0x18000000, 0x10000);
  kept.dtb = tree_with({ours});
  const auto probe_of = [](const char *of_ours, const char *of_firmware) {
    constexpr const char *region =
        "region name={0}@{1} available=1 found=1 base=0x{1} size=0x10000 "
        "phandle=0x0 recorded_name={0}@{1} ops=none mapped={2}\n";
    return "reserved_mem_probe 1\nlinear virt=0xc0000000 phys=0x0\n" +
           fmt::format(fmt::runtime(region), "ours", 50000000, of_ours) +
           fmt::format(fmt::runtime(region), "firmware", 58000000, of_firmware) + "end 2\n";
  };
  const auto mapping_with = [&](const char *of_ours, const char *of_firmware) {
    kept.boot.evidence = {{"fdt", tree_with({ours, firmware})},
                          {"probe", probe_of(of_ours, of_firmware)}};
    const std::vector<RuleResult> rules = judge_kept(kept, "").verdict.rules;
    return *std::ranges::find(rules, "probe-mapping", &RuleResult::rule);
  };
  EXPECT_EQ(mapping_with("all", "none").outcome, Outcome::pass);
  EXPECT_EQ(mapping_with("none", "all").outcome, Outcome::fail);
}

TEST_F(KeptBootTest, MissesWhatFirmwareHasTaken) {
  const RegionRequest ours = static_region("ours", 0x10000000, 0x10000);
  const RegionRequest other = static_region("other", 0x14000000, 0x10000);
  const RegionRequest firmware = static_region("firmware", 0x18000000, 0x10000);
  kept.dtb = tree_with({ours, other});
  kept.boot.evidence = {{"fdt", tree_with({ours, firmware})}};
  const Verdict verdict = judge_kept(kept, "").verdict;
  EXPECT_EQ(verdict.regions_in_tree, 2u);
  EXPECT_EQ(verdict.outcome, Outcome::inconclusive);
  EXPECT_EQ(verdict.reason,
            "evidence/fdt: expected all regions of tree.dtb, found no other@54000000 that is the "
            "same");
  kept.is_live = true; // whoever names a tree has said what is to be expected
  EXPECT_THAT(judge_kept(kept, "").verdict.reason, Not(HasSubstr("evidence/fdt")));
}

TEST_F(KeptBootTest, SentATreeAndNothingBehindIt) {
  kept.boot.evidence = {{"fdt", kept.dtb + kept.dtb}};
  EXPECT_THAT(judge_kept(kept, "").verdict.reason,
              HasSubstr(fmt::format("evidence/fdt: expected {} bytes", kept.dtb.size())));
}

TEST_F(KeptBootTest, IsOfTheKernelThatRunJsonNames) {
  const auto reason_with = [&](const char *version) {
    kept.boot.evidence = {{"dmesg", fmt::format("<5>Linux version {} (gcc)\n", version)}};
    return judge_kept(kept, "").verdict.reason;
  };
  EXPECT_EQ(reason_with("6.12.0-rc1+"),
            "dmesg: expected Linux 6.1.192, as run.json says, found Linux 6.12.0");
  EXPECT_THAT(reason_with("6.1.192+"), Not(HasSubstr("run.json")));
  kept.kernel_version.clear(); // nobody knows
  EXPECT_THAT(reason_with("6.12.0"), Not(HasSubstr("run.json")));
}

TEST_F(KeptBootTest, HasAddressesAsWideAsItsMachine) {
  kept.address_bits = 32;
  kept.boot.evidence = {
      {"probe", "reserved_mem_probe 1\nlinear virt=0xffffff8000000000 phys=0x0\nend 0\n"}};
  EXPECT_THAT(judge_kept(kept, "").verdict.reason, HasSubstr("addresses of 32 bits"));
  kept.address_bits = 64;
  EXPECT_THAT(judge_kept(kept, "").verdict.reason, Not(HasSubstr("bits")));
}

TEST_F(KeptBootTest, SendsItsLogWithLevels) {
  const auto reason_with = [&](const std::string &first) {
    kept.boot.evidence = {{"dmesg", first + "[    0.000000] Linux version 6.1.192 (gcc)\n<6>[    "
                                            "0.1] Run /init as init process\n"}};
    const std::vector<RuleResult> rules = judge_kept(kept, "").verdict.rules;
    return std::ranges::find(rules, "no-error", &RuleResult::rule)->reason;
  };
  kept.boot.console.clear();
  EXPECT_EQ(reason_with("<5>"), "");
  EXPECT_EQ(reason_with(""), "the kernel log lacks the level of line 1");
  kept.has_user_space = false; // the console alone, which shows none
  EXPECT_EQ(reason_with(""), "");
}

/// It alone shows what came after the log was read.
TEST_F(KeptBootTest, MissesAConsoleThatIsEmpty) {
  const auto witnesses = [&] {
    const std::vector<RuleResult> rules = judge_kept(kept, "").verdict.rules;
    return std::ranges::find(rules, "witnesses", &RuleResult::rule)->outcome;
  };
  kept.witnesses = {"version"};
  EXPECT_EQ(witnesses(), Outcome::pass);
  kept.boot.console.clear();
  EXPECT_EQ(witnesses(), Outcome::inconclusive);
  kept.is_live = true; // nobody has seen that of a live system
  EXPECT_EQ(witnesses(), Outcome::pass);
}

TEST_F(KeptBootTest, NeedsNoTreeWhereTheKernelWasGivenNone) {
  kept.dtb.clear();
  save(run(), kept);
  EXPECT_FALSE(fs::exists(run() / "tree.dtb"));
  const KeptBoot again = load(run());
  EXPECT_EQ(again.dtb, "");
  const Verdict verdict = judge_kept(again, "").verdict;
  EXPECT_EQ(verdict.regions_in_tree, 0u);
  EXPECT_EQ(verdict.outcome, Outcome::inconclusive); // no evidence either
}

TEST_F(KeptBootTest, RecordsNothingWhereTheKernelWasGivenNoTree) {
  kept.dtb.clear();
  kept.boot.evidence = {{"probe", "reserved_mem_probe 1\nlinear virt=0xc0000000 phys=0x0\n"
                                  "region name=a available=1 found=0\nend 1\n"}};
  EXPECT_EQ(judge_kept(kept, "").verdict.outcome, Outcome::fail);
}

TEST_F(KeptBootTest, RefusesABrokenTree) {
  kept.dtb.resize(40);
  const Error error = error_of([&] { judge_kept(kept, "runs/a/b"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("runs/a/b/tree.dtb"));
}

/// A no-map region that lies where the boot loader has put something is refused.
class TakenMemoryTest : public KeptBootTest {
protected:
  TakenMemoryTest() {
    std::vector<RegionRequest> regions = {static_region("hidden", 0x8000000, 0x10000)};
    regions[0].no_map = true;
    kept.dtb = tree_with(regions);
    kept.boot.evidence["fdt"] = kept.dtb;
  }
  [[nodiscard]] std::size_t expected_no_map() const { return judge_kept(kept, "").no_map; }
};

TEST_F(TakenMemoryTest, NothingIsKnownOfIt) { EXPECT_EQ(expected_no_map(), 1u); }

TEST_F(TakenMemoryTest, TheInitrdIsInTheTreeThatTheKernelWasGiven) {
  kept.boot.evidence["fdt"] = edited(kept.dtb, [](void *fdt) {
    must(fdt_add_subnode(fdt, 0, "chosen"));
    set(fdt, "/chosen", "linux,initrd-start", cells(0x48000000, 2));
    set(fdt, "/chosen", "linux,initrd-end", cells(0x48001000, 2));
  });
  EXPECT_EQ(expected_no_map(), 0u);
}

TEST_F(TakenMemoryTest, TheKernelIsInIomem) {
  kept.boot.evidence["iomem"] = "40000000-7fffffff : System RAM\n"
                                "  47000000-47ffffff : Kernel code\n"
                                "  49000000-49ffffff : Kernel data\n";
  EXPECT_EQ(expected_no_map(), 0u);
}

TEST_F(TakenMemoryTest, TheDtbIsWhereMemblockHasItsSize) {
  const std::uint64_t end = 0x48000000 + kept.dtb.size();
  kept.boot.evidence["memblock-reserved"] =
      fmt::format("   0: {:#018x}..{:#018x}\n", 0x48000000, end - 1);
  EXPECT_EQ(expected_no_map(), 0u);
  kept.boot.evidence["memblock-reserved"] =
      fmt::format("   0: {:#018x}..{:#018x}\n", 0x48000000, end);
  EXPECT_EQ(expected_no_map(), 1u);
}

TEST_F(KeptBootTest, GoesByTheCommandLineThatADeadKernelWasGiven) {
  kept.boot.evidence = {{"dmesg", "Linux version 6.1.192 (gcc)\n"}};
  kept.boot.qemu_argv = {"qemu", "-append", "console=ttyAMA0 cma=8M"};
  EXPECT_EQ(read_boot(kept, "").expectation.cmdline_cma, 8u << 20);
  kept.boot.qemu_argv.pop_back();
  EXPECT_EQ(read_boot(kept, "").expectation.cmdline_cma, std::nullopt);
  // What it says itself comes first.
  kept.boot.qemu_argv.emplace_back("cma=8M");
  kept.boot.evidence["dmesg"] += "Kernel command line: cma=16M\n";
  EXPECT_EQ(read_boot(kept, "").expectation.cmdline_cma, 16u << 20);
}

class NoUserSpaceTest : public KeptBootTest {
protected:
  NoUserSpaceTest() {
    kept.has_user_space = false;
    kept.kernel = "patched";
    kept.boot.evidence = {{"dmesg", "Linux version 6.1.192 (gcc)\nKernel command line: cma=16M\n"
                                    "reboot: Power down\n"}};
  }
  [[nodiscard]] std::string outcome_of(const std::string &name) const {
    const CaseResult result = judge_kept(kept, "");
    const auto rule = std::ranges::find(result.verdict.rules, name, &RuleResult::rule);
    return to_string(rule->outcome) + ": " + rule->reason;
  }
};

TEST_F(NoUserSpaceTest, IsKept) {
  save(run(), kept);
  EXPECT_FALSE(load(run()).has_user_space);
  kept.has_user_space = true;
  fs::remove_all(run());
  save(run(), kept);
  EXPECT_TRUE(load(run()).has_user_space);
}

TEST_F(NoUserSpaceTest, AsksForTheSuiteOfAnyButAnUnpatchedKernel) {
  EXPECT_THAT(outcome_of("kunit"), HasSubstr("inconclusive: the suite of_reserved_mem"));
  EXPECT_THAT(outcome_of("recorded"), HasSubstr("skip: without user space"));
  kept.role = Role::baseline;
  EXPECT_THAT(outcome_of("kunit"), HasSubstr("skip: "));
  kept.role = Role::must_pass;
  kept.has_user_space = true;
  EXPECT_THAT(outcome_of("kunit"), HasSubstr("skip: "));
  EXPECT_THAT(outcome_of("recorded"), HasSubstr("inconclusive: "));
}

TEST_F(NoUserSpaceTest, AsksForNoSuiteWhereThereIsNoTree) {
  kept.dtb.clear();
  EXPECT_THAT(outcome_of("kunit"), HasSubstr("skip: "));
}

TEST_F(NoUserSpaceTest, HasItsCommandLineFromTheLog) {
  std::vector<RegionRequest> regions = {static_region("pool", 0x10000000, 0x1000000)};
  regions[0].compatible = {"shared-dma-pool"};
  regions[0].reusable = true;
  regions[0].flags = {"linux,cma-default"};
  kept.dtb = tree_with(regions);
  EXPECT_EQ(judge_kept(kept, "").verdict.regions_in_tree, 0u) << "cma= goes before the pool";
  kept.boot.evidence["dmesg"] = "Linux version 6.1.7 (gcc)\nreboot: Power down\n";
  EXPECT_EQ(judge_kept(kept, "").verdict.regions_in_tree, 1u);
}

} // namespace
} // namespace rmemcheck::test
