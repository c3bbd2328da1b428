# SPDX-License-Identifier: GPL-2.0-or-later
"""A log alone: in the forms that people paste, with the tree and without."""
import json
import pathlib
import re
import subprocess
import textwrap

import pytest

from conftest import assert_refused

RECORDED = pathlib.Path(__file__).resolve().parent / "recorded"
ONE = RECORDED / "debian-6.12.117/one"
LOST = RECORDED / "debian-6.1.176/static-65"
REGION = "OF: reserved mem: 0x{:016x}..0x{:016x} ({} KiB) {} non-reusable {}"
LOSS = "known: array-of-64"


def raw(folder):
    """Lines with level and time, as klogctl() shows them."""
    return (folder / "evidence/dmesg").read_text().splitlines()


def parts(line):
    """Level, seconds, text"""
    match = re.fullmatch(r"<(\d+)>\[ *(\d+\.\d+)\] ?(.*)", line)
    return (int(match[1]), match[2], match[3]) if match else (6, "0.000000", line)


LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")


def as_form(form):
    def convert(lines):
        return "".join(form(*parts(line)) + "\n" for line in lines)
    return convert


def mail(lines):
    """A reply to a mail whose writer's program breaks lines"""
    text = "Hi,\n\nOn Sat, 28 Nov 2026 a person wrote:\n"
    for line in lines:
        _, seconds, rest = parts(line)
        whole = f"[{seconds:>12}] {rest}"
        text += "".join(f"> > {piece}\n" for piece in textwrap.wrap(
            whole, 72, break_long_words=False, break_on_hyphens=False)
            if whole.startswith(f"[{seconds:>12}] OF: reserved mem") or len(whole) < 72) or \
            f"> > {whole}\n"
    return text + "\nRegards\n-- \nA person\n"


FORMS = {
    "dmesg": as_form(lambda level, seconds, text: f"[{seconds:>12}] {text}"),
    "raw": "\n".join,
    "dmesg -T": as_form(lambda level, seconds, text: f"[Sat Nov 28 08:00:00 2026] {text}"),
    "dmesg -x": as_form(lambda level, seconds, text:
                        f"kern  :{LEVELS[level]:<6}: [{seconds:>12}] {text}"),
    "dmesg -H": as_form(lambda level, seconds, text: f"[  +0.000012] {text}"),
    "dmesg --time-format iso": as_form(lambda level, seconds, text:
                                       f"2026-11-28T08:00:00,123456+00:00 {text}"),
    "dmesg -t": as_form(lambda level, seconds, text: text),
    "kmsg": as_form(lambda level, seconds, text:
                    f"{level},7,{int(float(seconds) * 1000000)},-;{text}"),
    "journalctl -k": as_form(lambda level, seconds, text: f"Nov 28 08:00:00 board kernel: {text}"),
    "short-precise": as_form(lambda level, seconds, text:
                             f"Nov 28 08:00:00.123456 board kernel: {text}"),
    "short-full": as_form(lambda level, seconds, text:
                          f"Sat 2026-11-28 08:00:00 UTC board kernel: {text}"),
    "short-iso": as_form(lambda level, seconds, text:
                         f"2026-11-28T08:00:00+0000 board kernel: {text}"),
    "short-monotonic": as_form(lambda level, seconds, text:
                               f"[{seconds:>12}] board kernel: {text}"),
    "syslog": as_form(lambda level, seconds, text:
                      f"Nov 28 08:00:00 board kernel: [{seconds:>12}] {text}"),
    "caller": as_form(lambda level, seconds, text: f"[{seconds:>12}][    T0] {text}"),
    "vendor": as_form(lambda level, seconds, text: f"[{seconds:>12}] [5 T1     d.] {text}"),
    "terminal's time": as_form(lambda level, seconds, text:
                               f"[2026-11-28 08:00:00.123] [{seconds:>12}] {text}"),
    "terminal's time alone": as_form(lambda level, seconds, text: f"[08:00:00.123] {text}"),
    "colours": as_form(lambda level, seconds, text:
                       f"\x1b[32m[{seconds:>12}] \x1b[0m\x1b[33m{text}\x1b[0m"),
    "serial": lambda lines: "U-Boot 2024.01\r\nDRAM:  1 GiB\r\n\r\nStarting kernel ...\r\n\r\n" +
              as_form(lambda level, seconds, text: f"[{seconds:>12}] {text}\r")(lines),
    "indented": as_form(lambda level, seconds, text: f"    [{seconds:>12}] {text}"),
    "html": as_form(lambda level, seconds, text: f"&gt; [{seconds:>12}] {text}"),
    "dmesg -d -T": as_form(lambda level, seconds, text:
                           f"[Sat Nov 28 08:00:00 2026 <    0.000000>] {text}"),
    "RFC 5424": as_form(lambda level, seconds, text:
                        f"<{level}>1 2026-11-28T08:00:00.000Z board kernel - - - "
                        f"[{seconds:>12}] {text}"),
    "RFC 5424 without a time since boot": as_form(
        lambda level, seconds, text:
        f"<{level}>1 2026-11-28T08:00:00.000Z board kernel - - - {text}"),
    "Amlogic": as_form(lambda level, seconds, text: f"[{seconds:>12}@0]  {text}"),
    "Samsung": as_form(lambda level, seconds, text:
                       f"[{seconds:>12}]  [0:        swapper:    0] {text}"),
    "MediaTek": as_form(lambda level, seconds, text:
                        f"<{level}>[{seconds:>12}]<0>.(0)[0:swapper]{text}"),
    "Spreadtrum": as_form(lambda level, seconds, text: f"[{seconds:>12}] c0      0 {text}"),
    "log shipper": as_form(lambda level, seconds, text:
                           f'level=info msg={json.dumps(f"[{seconds:>12}] {text}")}'),
    "LAVA": as_form(lambda level, seconds, text: "- " + json.dumps(
        {"dt": "2026-11-28T08:00:00.123456", "lvl": "target", "msg": f"[{seconds:>12}] {text}"})),
    "mail": mail,
}


@pytest.fixture
def judge_log(rmemcheck, tmp_path):
    def judge(text, *words):
        log = tmp_path / "board.log"
        log.write_bytes(text if isinstance(text, bytes) else text.encode())
        return rmemcheck("judge", "--log", "board.log", *words, cwd=tmp_path)
    return judge


@pytest.mark.parametrize("form", FORMS)
def test_a_region_is_shown_in_any_form(judge_log, form):
    result = judge_log(FORMS[form](raw(ONE)))
    assert result.returncode == 3, result.stdout + result.stderr
    assert re.search(r"region region@50000000: 0x0000000050000000..0x000000005000ffff nomap "
                     r"non-reusable \(board.log:\d+\)", result.stdout)
    assert "not understood" not in result.stdout


@pytest.mark.parametrize("form", FORMS)
def test_a_known_fault_is_named_in_any_form(judge_log, form):
    result = judge_log(FORMS[form](raw(LOST)))
    assert result.returncode == 1, result.stdout + result.stderr
    assert LOSS in result.stdout
    assert re.search(r"known-errors: expected no error, seen OF: reserved mem: not enough space "
                     r"for all defined regions\. \(board.log:\d+\)", result.stdout)


@pytest.mark.parametrize("form", FORMS)
def test_the_tree_is_held_against_any_form(judge_log, form):
    right = judge_log(FORMS[form](raw(ONE)), "--dtb", ONE / "tree.dtb")
    assert right.returncode == 3, right.stdout + right.stderr
    assert "1 of   1 recorded" in right.stdout
    moved = [line.replace("0x0000000050000000..0x000000005000ffff",
                          "0x0000000051000000..0x000000005100ffff") for line in raw(ONE)]
    wrong = judge_log(FORMS[form](moved), "--dtb", ONE / "tree.dtb")
    assert wrong.returncode == 1
    assert "recorded: region@50000000: expected a log line with 0x0000000050000000" in wrong.stdout


MANY = RECORDED / "debian-6.12.117/static-65"
MARKS = ("** 1 printk messages dropped **", "[    0.000000] ** 12 printk messages dropped **",
         "Nov 28 08:00:00 board systemd-journald[99]: Missed 10 kernel messages",
         "[...]", "...", "<snip>", "--- snip ---", "[snip]", "> [...]")


def without_a_region(mark):
    """The log of 65 regions that lacks a region's line and has the mark in its place, if any"""
    lines = FORMS["dmesg"](raw(MANY)).splitlines()
    at = [number for number, line in enumerate(lines) if "OF: reserved mem: 0x" in line][10]
    return lines[:at] + ([mark] if mark else []) + lines[at + 1:], at + 1


@pytest.mark.parametrize("mark", MARKS)
def test_a_log_that_says_that_lines_are_missing_proves_nothing_by_silence(judge_log, mark):
    lines, number = without_a_region(mark)
    result = judge_log("\n".join(lines) + "\n", "--dtb", MANY / "tree.dtb")
    assert result.returncode == 3, result.stdout + result.stderr
    assert re.search(f"recorded.*: the kernel log lacks lines, as board.log:{number} says: ",
                     result.stdout)
    # What is there may be wrong still.
    lines = [line.replace("0x0000000050000000..0x000000005000ffff (64",
                          "0x0000000050000000..0x0000000050007fff (32") for line in lines]
    wrong = judge_log("\n".join(lines) + "\n", "--dtb", MANY / "tree.dtb")
    assert wrong.returncode == 1
    assert "seen 0x0000000050000000..0x0000000050007fff (board.log:" in wrong.stdout


TRAILERS = (" ", "  \t", "<br>", "</span>", "\\r")


@pytest.mark.parametrize("trailer", TRAILERS)
def test_what_stands_behind_lines_is_no_name(judge_log, trailer):
    lines = FORMS["dmesg"](raw(MANY)).splitlines()
    result = judge_log("".join(line + trailer + "\n" for line in lines), "--dtb",
                       MANY / "tree.dtb")
    assert result.returncode == 3, result.stdout + result.stderr
    assert "65 of  65 recorded" in result.stdout


DAMAGE = {
    "another program's word": lambda line, after: [line + " [ OK ] Started", after],
    "a quotation mark": lambda line, after: [line + "'", after],
    "a line that has run into another": lambda line, after: [line + after],
    "a line that has run into another without a time":
        lambda line, after: [line + after[len("[    0.000000] "):]],
    "a cut": lambda line, after: [line[:70], after],
    "a piece": lambda line, after: [line[:20] + line[25:], after],
    "two blanks": lambda line, after: [line.replace("mem: ", "mem:  "), after],
    "a line at the end of an ordinary one":
        lambda line, after: ["[    0.000000] What firmware has left of the memory: 1 2 3 4 5 6 7 8 9"
                             + line, after],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_line_is_inconclusive(judge_log, damage):
    lines = FORMS["dmesg"](raw(MANY)).splitlines()
    at = [number for number, line in enumerate(lines) if "OF: reserved mem: 0x" in line][10]
    lines[at:at + 2] = DAMAGE[damage](*lines[at:at + 2])
    result = judge_log("\n".join(lines) + "\n", "--dtb", MANY / "tree.dtb")
    assert result.returncode == 3, result.stdout + result.stderr
    assert f"the kernel log is damaged: board.log:{at + 1}: expected " in result.stdout
    assert "no line of the log shows a region" not in result.stdout
    lines.insert(at + 3, "[    0.000000] OF: reserved mem: failed to reserve memory for node 'x@1'")
    assert judge_log("\n".join(lines) + "\n", "--dtb", MANY / "tree.dtb").returncode == 1


@pytest.mark.parametrize("before, after", [("", ""), ("Hi,\n[...]\nhere it is:\n", "[...]\n")])
def test_a_whole_log_that_lacks_a_region_is_a_failure(judge_log, before, after):
    lines, _ = without_a_region("")
    result = judge_log(before + "\n".join(lines) + "\n" + after, "--dtb", MANY / "tree.dtb")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "seen no line" in result.stdout


def log_of(*lines):
    return "".join(f"[    0.000000] {line}\n" for line in
                   ("Linux version 6.12.1 (x@x) (gcc) #1", *lines, "Run /init as init process"))


def test_what_a_log_cannot_show_is_inconclusive(judge_log):
    result = judge_log(log_of(REGION.format(0x50000000, 0x5000ffff, 64, "map", "a@50000000")))
    assert result.returncode == 3
    assert re.search("recorded, .*reserved.*: inconclusive: .*--dtb", result.stdout)


def test_an_overlap_that_the_kernel_names(judge_log):
    result = judge_log(log_of("OF: reserved mem: OVERLAP DETECTED!",
                              "a@50000000 (0x50000000--0x50020000) overlaps with b@50010000 "
                              "(0x50010000--0x50030000)"))
    assert result.returncode == 1
    assert "a@50000000: expected no overlap, seen OF: reserved mem: OVERLAP" in result.stdout


def test_an_overlap_of_the_ranges(judge_log):
    result = judge_log(log_of(REGION.format(0x50000000, 0x5001ffff, 128, "map", "a@50000000"),
                              REGION.format(0x50010000, 0x5001ffff, 64, "nomap", "b@50010000")))
    assert result.returncode == 1
    assert re.search(r"b@50010000: expected no overlap, seen 0x0000000050010000..0x000000005001ffff "
                     r"overlaps with a@50000000 .*\(board.log:3\)", result.stdout)


@pytest.mark.parametrize("line, name", [
    ("OF: reserved mem: too many defined dynamic regions, skip", "boot-placed-64"),
    ("OF: reserved mem: not enough space for all defined regions.", "array-of-64")])
def test_known_faults(judge_log, line, name):
    version = "6.16.3" if name == "boot-placed-64" else "6.6.1"
    result = judge_log(log_of(line).replace("6.12.1 ", version + " "))
    assert result.returncode == 1
    assert f"known: {name}" in result.stdout
    assert judge_log(log_of(line).replace("6.12.1 ", version + " "), "--allow-known").returncode == 0


def test_an_error_that_nobody_knows_is_a_failure(judge_log):
    result = judge_log(log_of("OF: reserved mem: failed to allocate memory for node 'x@1'"))
    assert result.returncode == 1
    assert "known:" not in result.stdout


def test_an_older_kernel_shows_pools(judge_log):
    result = judge_log(log_of(
        "Reserved memory: created CMA memory pool at 0x0000000050000000, size 64 MiB",
        "OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool"))
    assert "pool linux,cma: 0x0000000050000000..0x0000000053ffffff CMA memory" in result.stdout


def test_a_panic_is_a_failure(judge_log):
    result = judge_log(log_of("Kernel panic - not syncing: memblock: cannot resize memory array"))
    assert result.returncode == 1
    assert "no-warning: expected no panic" in result.stdout


def test_a_log_without_its_beginning_is_said(judge_log):
    result = judge_log("[    9.000000] usb 1-1: new high-speed USB device\n")
    assert result.returncode == 3
    assert "lacks its beginning" in result.stdout


def test_each_boot_of_a_log_is_judged(judge_log):
    bad = log_of("OF: reserved mem: failed to reserve memory for node 'x@1'")
    good = log_of(REGION.format(0x50000000, 0x5000ffff, 64, "map", "a@50000000"))
    for log in (bad + good, good + bad):
        result = judge_log(log)
        assert result.returncode == 1
        assert "boot 1 of 2" in result.stdout and "boot 2 of 2" in result.stdout
        for line in (2, 5):
            assert f"(board.log:{line})" in result.stdout
    assert judge_log(good + good).returncode == 3


def test_from_standard_input(rmemcheck):
    result = subprocess.run(rmemcheck.command("judge", "--log", "-"), text=True,
                            input=log_of("OF: reserved mem: failed to x"), capture_output=True,
                            env=rmemcheck.environment)
    assert result.returncode == 1
    assert "(standard input:2)" in result.stdout


def test_the_line_of_a_log_without_a_tree_says_what_the_log_shows(judge_log):
    result = judge_log(FORMS["dmesg"](raw(MANY)))
    assert "board.log  inconclusive  the log shows 65 regions  could not" in result.stdout
    assert "recorded  " not in result.stdout


def test_what_is_said_of_regions_is_true(judge_log):
    region = REGION.format(0x50000000, 0x5000ffff, 64, "map", "a@50000000")
    cut = judge_log(log_of(region[:60]))
    assert "no whole line of the log shows a region\n" in cut.stdout
    assert "the log shows 0 regions" in cut.stdout
    assert "  no line of the log shows a region\n" in judge_log(log_of()).stdout
    assert "before v6.5 kernels print none" in judge_log(log_of().replace("6.12.1 ", "6.1.1 ")).stdout
    unknown = judge_log("[    0.000000] Linux version next\n[    0.000000] " + region + "\n")
    assert unknown.returncode == 3
    assert "board.log:1: expected 'Linux version' and a number" in unknown.stdout
    assert "shows" not in unknown.stdout


def test_nuls_of_a_serial_line_are_nothing(judge_log):
    log = b"\0\0" + FORMS["dmesg"](raw(MANY)).encode()
    result = judge_log(log, "--dtb", MANY / "tree.dtb")
    assert result.returncode == 3, result.stdout + result.stderr
    assert "65 of  65 recorded" in result.stdout


def test_a_capture_that_was_unpacked_is_refused_by_name(rmemcheck, tmp_path):
    folder = tmp_path / "rmemcheck-capture"
    folder.mkdir()
    (folder / "manifest").write_text("rmemcheck-capture\t1\n")
    for given in (folder, tmp_path):
        assert_refused(rmemcheck("judge", given), 2, folder, "expected the archive", "tar.gz")


def test_bad_input(rmemcheck, tmp_path):
    words = tmp_path / "words"
    words.write_text("Dear all,\nmy board does not boot.\n")
    assert_refused(rmemcheck("judge", "--log", words), 2, words, "expected a kernel log")
    words.write_bytes(b"")
    assert_refused(rmemcheck("judge", "--log", words), 2, words, "expected a kernel log")
    words.write_bytes(b"[    0.000000] x\n\1\2\3")
    assert_refused(rmemcheck("judge", "--log", words), 2, words, "expected a kernel log")
    words.write_text(json.dumps({"dmesg": [{"msg": "Linux version 6.12.1"}]}, indent=3))
    assert_refused(rmemcheck("judge", "--log", words), 2, words, "plain text, this is JSON")
    words.write_text(log_of("x"))
    assert_refused(rmemcheck("judge", "--log", words, "--log", words), 2,
                   "--log: expected it once, it is there 2 times")
    assert_refused(rmemcheck("judge", "--log", words, "--dtb", words), 2, words, "not a DTB")
    assert_refused(rmemcheck("judge", "--log", tmp_path / "none"), 2, "none")
    assert_refused(rmemcheck("judge", "--log", words, ONE), 2, "--log")
    assert_refused(rmemcheck("judge", "--log", words, "--against", ONE), 2, "--against")
    assert_refused(rmemcheck("judge", ONE, "--dtb", ONE / "tree.dtb"), 2, "--dtb")
    assert_refused(rmemcheck("judge", "--dtb", ONE / "tree.dtb"), 2, "--log")
