// SPDX-License-Identifier: GPL-2.0-or-later
// A shell script takes the place of QEMU and of the guest in it; selftests boot real ones.
#include "guest/boot.h"

#include "base/process.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/test_tree.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class Boot : public test::CacheTest {
protected:
  /// A boot of `script` as QEMU, called in the guest's folder.
  [[nodiscard]] BootRequest request_for(const std::string &script) const {
    write("qemu", "#!/bin/sh\n[ \"$1\" = --version ] && echo QEMU of the test && exit\n" + script);
    std::filesystem::permissions(folder / "qemu", std::filesystem::perms::owner_all);
    write("init", "init");
    BootRequest request;
    request.machine = read_machine(test::kit_folder() / "machines/arm64.toml");
    request.machine.board.program = (folder / "qemu").string();
    request.image = folder / "Image";
    request.dtb = "a DTB";
    request.init = folder / "init";
    return request;
  }
  [[nodiscard]] BootResult boot_as(const std::string &script, double silence_seconds = 20,
                                   bool has_user_space = true) const {
    BootRequest request = request_for(script);
    request.machine.has_user_space = has_user_space;
    request.silence_seconds = silence_seconds;
    return boot(request);
  }
};

// printf a | crc32
constexpr const char *evidence = "printf 'file dmesg 1 e8b7be43\\na\\nend 1\\n' >evidence\n";

TEST_F(Boot, KeepsConsoleAndEvidence) {
  const BootResult result = boot_as(std::string("echo Booting Linux\n") + evidence);
  EXPECT_EQ(result.ending, Ending::powered_off);
  EXPECT_EQ(result.ending_reason, "");
  EXPECT_EQ(result.console, "Booting Linux\n");
  EXPECT_THAT(result.evidence, UnorderedElementsAre(Pair("dmesg", "a")));
  EXPECT_EQ(result.qemu_version, "QEMU of the test");
  EXPECT_EQ(result.qemu_argv.front(), (folder / "qemu").string());
  EXPECT_GT(result.seconds, 0);
}

TEST_F(Boot, TakesTheConsoleForTheLogWhereThereIsNoUserSpace) {
  const BootResult result = boot_as("ls; echo reboot: Power down; exec sleep 60", 20, false);
  EXPECT_EQ(result.ending, Ending::powered_off);
  EXPECT_EQ(result.console, "tree.dtb\nreboot: Power down\n") << "there is no initramfs";
  EXPECT_THAT(result.evidence, UnorderedElementsAre(Pair("dmesg", result.console)));
  EXPECT_LT(result.seconds, 5) << "the board that cannot power off";
}

TEST_F(Boot, DoesNotTakeAConsoleThatStopsForARegularEnd) {
  const BootResult result = boot_as("echo Booting", 20, false);
  EXPECT_EQ(result.ending, Ending::cut_short);
  EXPECT_THAT(result.ending_reason, HasSubstr("before the kernel says that it powers off"));
  EXPECT_EQ(boot_as("echo Booting; exec sleep 60", 0.3, false).ending, Ending::hang);
  EXPECT_EQ(boot_as("echo 'Kernel panic - not syncing: one'", 20, false).ending, Ending::panic);
}

TEST_F(Boot, GivesTheGuestItsFiles) {
  EXPECT_THAT(boot_as("cat tree.dtb; head -c 6 initramfs").console, "a DTB070701");
}

TEST_F(Boot, PutsTheInitrdIntoMemoryWhereTheTreeHasToSayIt) {
  BootRequest request = request_for("cat tree.dtb; cmp memory-0 initramfs >&2");
  request.machine.board.initrd_address = 0x8000000;
  request.dtb = test::board();
  const BootResult result = boot(request);
  const ReservedMemory tree = read_reserved_memory(result.console, "tree.dtb");
  ASSERT_TRUE(tree.initrd.has_value());
  EXPECT_EQ(tree.initrd->begin, 0x8000000U);
  EXPECT_THAT(tree.bootargs, HasSubstr("console=ttyAMA0"));
  EXPECT_EQ(result.qemu_error, "");
}

TEST_F(Boot, TellsTheKernelByTheTreeWhereCodeStartsIt) {
  BootRequest request = request_for("cat tree.dtb; test $(cat entry) = code || echo none >&2");
  request.machine.board.entry = EntryCode{0, 0x8000000, "code"};
  request.dtb = test::board();
  const BootResult result = boot(request);
  const ReservedMemory tree = read_reserved_memory(result.console, "tree.dtb");
  EXPECT_FALSE(tree.initrd.has_value()) << "QEMU has it";
  EXPECT_THAT(tree.bootargs, HasSubstr("console=ttyAMA0"));
  EXPECT_EQ(result.qemu_error, "");
}

TEST_F(Boot, NamesEvidenceThatIsCutShort) {
  const BootResult result =
      boot_as("echo Booting; printf 'file dmesg 1 e8b7be43\\na\\n' >evidence");
  EXPECT_EQ(result.ending, Ending::cut_short);
  EXPECT_THAT(result.ending_reason, HasSubstr("cut short after 1 of its files"));
  EXPECT_THAT(result.evidence, UnorderedElementsAre(Pair("dmesg", "a")));
}

TEST_F(Boot, TakesNoEvidenceForEvidenceCutShort) {
  const BootResult result = boot_as("echo Booting");
  EXPECT_EQ(result.ending, Ending::cut_short);
  EXPECT_THAT(result.ending_reason, HasSubstr("nothing more came"));
}

TEST_F(Boot, EndsAPanicWithinTwoSeconds) {
  const BootResult result = boot_as("echo 'Kernel panic - not syncing: one'; exec sleep 60");
  EXPECT_EQ(result.ending, Ending::panic);
  EXPECT_EQ(result.ending_reason, "Kernel panic - not syncing: one");
  EXPECT_LT(result.seconds, 2.5);
}

TEST_F(Boot, TellsAPanicOfAGuestThatRestarts) {
  EXPECT_EQ(boot_as("echo 'Kernel panic - not syncing: one'").ending, Ending::panic);
}

TEST_F(Boot, EndsAGuestThatHangs) {
  const BootResult result = boot_as("echo Booting; exec sleep 60", 0.3);
  EXPECT_EQ(result.ending, Ending::hang);
  EXPECT_LT(result.seconds, 5);
}

TEST_F(Boot, LetsAGuestThatSendsEvidenceBeSilent) {
  const BootResult result = boot_as("echo Booting\nfor i in 1 2 3 4 5 6 7 8; do "
                                    "printf 'absent a 2\\n' >>evidence; sleep 0.2; done\n"
                                    "printf 'end 8\\n' >>evidence",
                                    0.8);
  EXPECT_EQ(result.ending, Ending::powered_off) << result.ending_reason;
}

TEST_F(Boot, TellsAQemuThatDies) {
  const BootResult result = boot_as("echo Booting; echo out of memory >&2; exit 3");
  EXPECT_EQ(result.ending, Ending::died);
  EXPECT_THAT(result.ending_reason, HasSubstr("status 3: out of memory"));
}

TEST_F(Boot, TellsAQemuThatIsKilled) {
  const BootResult result = boot_as("echo Booting; kill -9 $$");
  EXPECT_EQ(result.ending, Ending::died);
  EXPECT_THAT(result.ending_reason, HasSubstr("137"));
}

TEST_F(Boot, NamesTheCommandOfAQemuThatNeverStarted) {
  const Error error = test::error_of([&] { (void)boot_as("echo no such machine >&2; exit 1"); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), HasSubstr("the guest never started: no such machine"));
  EXPECT_THAT(error.what(), HasSubstr("-dtb tree.dtb"));
}

TEST_F(Boot, LeavesNothingRunning) {
  const BootResult result = boot_as("sleep 60 & echo $!; exec sleep 60", 0.3);
  const std::string pid = result.console.substr(0, result.console.find('\n'));
  const std::string state =
      run_child({{"sh", "-c", "sed -n 's/^State:.//p' /proc/" + pid + "/status"}, ".", {}, {}}).out;
  EXPECT_TRUE(state.empty() || state.front() == 'Z') << state;
}

} // namespace
} // namespace rmemcheck
