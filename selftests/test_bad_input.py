# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person gets wrong is named, with the exit status of the design, and nothing is left."""
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

from conftest import assert_refused
from kit import KIT


@pytest.fixture
def dtb(rmemcheck, tmp_path):
    path = tmp_path / "tree.dtb"
    assert rmemcheck("dt", "make", "--out", path, "--static", 3).returncode == 0
    return path


def make_tree(folder, version=(6, 1, 5), reserved_mem="int nothing;\n"):
    """As much of a kernel tree as find_tree() looks at."""
    (folder / "drivers/of").mkdir(parents=True)
    names = ("VERSION", "PATCHLEVEL", "SUBLEVEL")
    (folder / "Makefile").write_text(
        "".join(f"{name} = {number}\n" for name, number in zip(names, version)))
    (folder / "Kconfig").write_text("")
    (folder / "drivers/of/of_reserved_mem.c").write_text(reserved_mem)
    return folder


def content_of(folder):
    return {path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def test_missing_dtb(rmemcheck, tmp_path):
    assert_refused(rmemcheck("dt", "explain", tmp_path / "none.dtb"), 2, "none.dtb",
                   "No such file")


@pytest.mark.parametrize("keep", [0, 3, 39, 100, -1])
def test_truncated_dtb(rmemcheck, dtb, keep):
    dtb.write_bytes(dtb.read_bytes()[:keep])
    assert_refused(rmemcheck("dt", "explain", dtb), 2, dtb)


def test_text_instead_of_a_dtb(rmemcheck, dtb):
    dtb.write_text("/dts-v1/;\n" * 20)
    assert_refused(rmemcheck("dt", "explain", dtb), 2, dtb)


def compile_tree(folder, node, cells=2):
    source = folder / "tree.dts"
    source.write_text("""/dts-v1/;
        / { #address-cells = <2>; #size-cells = <2>;
            memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
            reserved-memory { #address-cells = <%d>; #size-cells = <%d>; ranges; %s }; };"""
                      % (cells, cells, node))
    dtb = folder / "tree.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", dtb, source], check=True)
    return dtb


BROKEN_NODES = {
    "reg": "region@50000000 { reg = <0x50000000>; };",
    "size": "region { size = <0x10000>; };",
    "alignment": "region { size = <0 0x10000>; alignment = <0x1000>; };",
    "alloc-ranges": "region { size = <0 0x10000>; alloc-ranges = <0 0x50000000>; };",
}


@pytest.mark.parametrize("name", BROKEN_NODES)
def test_broken_node(rmemcheck, tmp_path, name):
    """The layout shows what the kernel makes of it, the message what is wrong."""
    dtb = compile_tree(tmp_path, BROKEN_NODES[name] + "good@60000000 { reg = <0 0x60000000 0 0x1000>; };")
    result = rmemcheck("dt", "explain", dtb)
    assert_refused(result, 2, f"{dtb}: /reserved-memory/region", f"{name}: ")
    assert "good@60000000" in result.stdout


def test_cell_counts_that_differ_from_the_root(rmemcheck, tmp_path):
    dtb = compile_tree(tmp_path, "region@50000000 { reg = <0x50000000 0x10000>; };", cells=1)
    result = rmemcheck("dt", "explain", dtb)
    assert_refused(result, 2, f"{dtb}: /reserved-memory: ", "-cells")


def test_tree_that_is_no_kernel(rmemcheck, tmp_path, empty_cache):
    (tmp_path / "Makefile").write_text("all:\n")
    assert_refused(rmemcheck("build", "--tree", tmp_path, **empty_cache), 2, tmp_path, "Kconfig")


def test_tree_that_is_nothing(rmemcheck, empty_cache):
    assert_refused(rmemcheck("build", "--tree", "no/such/tree", **empty_cache), 2,
                   "no/such/tree", "expected a kernel tree")


def test_archive_cut_short(rmemcheck, tmp_path, empty_cache):
    make_tree(tmp_path / "linux")
    archive = tmp_path / "linux-source-6.1.tar.xz"
    subprocess.run(["tar", "-C", tmp_path, "-cJf", archive, "linux"], check=True)
    archive.write_bytes(archive.read_bytes()[:-40])
    assert_refused(rmemcheck("build", "--tree", archive, **empty_cache), 2, archive)
    assert_nothing_half_made(tmp_path / "cache")


def test_an_error_stands_behind_what_was_printed_before(rmemcheck, tmp_path, empty_cache):
    tree = make_tree(tmp_path / "linux")
    told = subprocess.run(rmemcheck.command("series", "check", "--tree", tree), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**rmemcheck.environment, **empty_cache}).stdout
    assert len(told) > 4096, "stdout has not been written before"
    assert "\nrmemcheck: " in told
    assert " there, " not in told[told.index("\nrmemcheck: "):]


def test_version_that_no_series_serves(rmemcheck, tmp_path, empty_cache):
    tree = make_tree(tmp_path / "linux", version=(4, 19, 3))
    assert_refused(rmemcheck("series", "check", "--tree", tree, **empty_cache), 2, "4.19.3",
                   "v6.1 serves 6.1", "v6.9 serves 6.9")


@pytest.mark.parametrize("verb", [["series", "check"], ["series", "apply"], ["build"]],
                         ids=" ".join)
def test_series_that_does_not_apply(rmemcheck, tmp_path, empty_cache, verb):
    tree = make_tree(tmp_path / "linux")
    before = content_of(tree)
    result = rmemcheck(*verb, "--tree", tree, **empty_cache)
    assert_refused(result, 2, "0001-sh-Reserve-memory", "arch/sh/")
    assert content_of(tree) == before


@pytest.mark.parametrize("verb", [["series", "check"], ["series", "export"], ["build"], ["run"]],
                         ids=" ".join)
@pytest.mark.parametrize("is_archive", [True, False], ids=["archive", "commit"])
def test_a_tree_is_called_what_a_person_named(rmemcheck, tmp_path, empty_cache, verb, is_archive):
    """And not by the folder of the cache that its files are in."""
    tree = make_tree(tmp_path / "linux")
    if is_archive:
        named = tmp_path / "linux-source-6.1.tar.xz"
        subprocess.run(["tar", "-C", tmp_path, "-cJf", named, "linux"], check=True)
    else:
        named = f"{tree}@HEAD"
        git = ["git", "-C", tree, "-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
            subprocess.run(git + words, check=True)
    out = ["--quilt", tmp_path / "quilt"] if "export" in verb else []
    if verb == ["run"]:
        words = ["--kernel", f"{named}+series", "--out", tmp_path / "out"]
    else:
        words = ["--tree", named, *out]
    result = rmemcheck(*verb, *words, **empty_cache)
    assert f"does not apply to {named}: " in result.stdout + result.stderr
    assert str(tmp_path / "cache/rmemcheck/trees") not in result.stdout + result.stderr


def test_hunk_that_does_not_apply(rmemcheck, tmp_path, kit_copy, empty_cache):
    old = "".join(f"line {number}\n" for number in range(40))
    new = old.replace("line 5\n", "line five\n").replace("line 30\n", "line thirty\n")
    repository = make_tree(tmp_path / "repository", reserved_mem=old)
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run(git + words, check=True)
    (repository / "drivers/of/of_reserved_mem.c").write_text(new)
    subprocess.run(git + ["commit", "-qam", "change"], check=True)
    series = kit_copy / "patches/v6.1"
    shutil.rmtree(series)
    subprocess.run(git + ["format-patch", "-q", "-o", series, "HEAD^"], check=True)
    tree = make_tree(tmp_path / "tree", reserved_mem=old.replace("line 29\n", "line 29, changed\n"))
    before = content_of(tree)
    result = rmemcheck("series", "apply", "--tree", tree, "--kit", kit_copy, **empty_cache)
    assert_refused(result, 2, "0001-change.patch", "drivers/of/of_reserved_mem.c", "hunk 2")
    assert content_of(tree) == before


def test_missing_cross_compiler(rmemcheck, tmp_path, kit_copy, empty_cache):
    machine = kit_copy / "machines/arm64.toml"
    machine.write_text(machine.read_text().replace("aarch64-linux-gnu-", "no-such-cross-"))
    tree = make_tree(tmp_path / "linux")
    result = rmemcheck("build", "--baseline", "--tree", tree, "--kit", kit_copy, **empty_cache)
    assert_refused(result, 3, "no-such-cross-gcc", "not found in PATH")


def test_missing_qemu(rmemcheck, tmp_path, kit_copy, dtb):
    machine = kit_copy / "machines/arm64.toml"
    machine.write_text(machine.read_text().replace("qemu-system-aarch64", "no-such-qemu"))
    result = rmemcheck("boot", "--kernel", dtb, "--dtb", dtb, "--out", tmp_path / "out",
                       "--kit", kit_copy)
    assert_refused(result, 3, "no-such-qemu", "not found in PATH")
    assert not (tmp_path / "out").exists()


def test_image_that_is_no_kernel_ends_soon(rmemcheck, tmp_path, dtb):
    """QEMU runs whatever it gets; what never speaks is found out, not passed."""
    image = tmp_path / "Image"
    image.write_bytes(b"\0" * 0x1000)
    result = rmemcheck("boot", "--kernel", image, "--dtb", dtb, "--out", tmp_path / "out",
                       "--silence", 2)
    assert result.returncode == 3
    assert f"it has printed nothing: is {image} an image for this machine?" in result.stdout


@pytest.mark.parametrize("compatible, is_another", [("samsung,fortuna3g", True),
                                                    ("linux,dummy-virt", False)])
def test_a_kernel_that_dies_of_another_boards_tree(rmemcheck, tmp_path, compatible, is_another):
    image, source, dtb = (tmp_path / name for name in ("Image", "board.dts", "board.dtb"))
    image.write_bytes(b"\0" * 0x1000)
    source.write_text(f"""/dts-v1/; / {{ compatible = "{compatible}"; #address-cells = <2>;
        #size-cells = <2>; memory@40000000 {{ device_type = "memory"; reg = <0 0 0 0>; }}; }};""")
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", dtb, source], check=True)
    result = rmemcheck("boot", "--kernel", image, "--dtb", dtb, "--out", tmp_path / "out",
                       "--silence", 2)
    assert result.returncode == 3
    told = f"{dtb} is of {compatible}, and the machine arm64 is linux,dummy-virt: \"rmemcheck dt"
    assert (told in result.stderr) == is_another


@pytest.mark.parametrize("kind", ["long", "loop"])
@pytest.mark.parametrize("words", [
    ["compare", "PATH", "PATH"], ["report", "--html", "PATH"], ["judge", "PATH"],
    ["dt", "lint", "PATH"], ["series", "check", "--tree", "PATH"],
    ["series", "export", "--quilt", "PATH"], ["build", "--out", "PATH"],
    ["run", "--kernel", "PATH"], ["run", "--kernel", "v6.9+PATH/"], ["run", "--out", "PATH"],
    ["run", "--boards", "PATH"], ["run", "--cases", "PATH"]], ids=" ".join)
def test_a_path_that_leads_nowhere_is_told_in_our_words(rmemcheck, tmp_path, words, kind):
    """Not even root finds out what is there."""
    name = "x" * 300 if kind == "long" else "loop"
    (tmp_path / "loop").symlink_to("loop")
    result = rmemcheck(*[word.replace("PATH", name) for word in words], cwd=tmp_path)
    assert_refused(result, 2, name)
    assert "filesystem error" not in result.stderr


def test_a_cache_that_cannot_be_made_is_nobodys_input(rmemcheck, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/rmemcheck").symlink_to("rmemcheck")
    result = rmemcheck("build", "--tree", make_tree(tmp_path / "linux"),
                       XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert_refused(result, 3, tmp_path / "cache/rmemcheck", "Too many levels of symbolic links")
    assert "filesystem error" not in result.stderr


@pytest.mark.parametrize("words", [
    ["dt", "make", "--out", "/tmp/never.dtb", "--reusable", "--static", "1", "--no-map", "all"],
    ["dt", "make", "--out", "/tmp/never.dtb", "--static", "many"],
    ["run", "--machine", "vax"],
    ["run", "--cases", "no-such-case"],
    ["no-such-verb"],
    ["judge"],
    [],
], ids=" ".join)
def test_wrong_usage(rmemcheck, words):
    result = rmemcheck(*words)
    assert_refused(result, 2)
    assert not pathlib.Path("/tmp/never.dtb").exists()


@pytest.mark.parametrize("line", ['colour = "red"', "no-map = 3", "[[region]]\nsize = 0",
                                  'title = "twice"'])
def test_wrong_case_file(rmemcheck, tmp_path, line):
    case = tmp_path / "wrong.toml"
    case.write_text(f'title = "a case"\n{line}\n')
    result = rmemcheck("dt", "make", "--out", tmp_path / "tree.dtb", "--case", case)
    assert_refused(result, 2, f"{case}:", "expected")
    assert not (tmp_path / "tree.dtb").exists()


def test_judged_folder_that_is_none(rmemcheck, tmp_path):
    assert_refused(rmemcheck("judge", tmp_path), 2, "run.json")


def test_what_a_terminal_obeys_is_none_of_an_error(rmemcheck, tmp_path):
    (tmp_path / "results.json").write_text(json.dumps({
        "format": "rmemcheck-results 1", "tool": {"name": "rmemcheck", "version": "0.1"},
        "machine": "arm64", "arch": "arm64", "series": "", "seconds": 0, "complete": True,
        "tree": {"path": "", "version": ""}, "cases": [],
        "kernels": [{"name": "a", "role": "\x1b[2J"}]}))
    result = rmemcheck("judge", tmp_path)
    assert_refused(result, 2, "results.json", "[2J")
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("words", ["dt explain {}", "run --help", "--version", "--manual", "capture",
                                   "series list"])
def test_full_standard_output(rmemcheck, dtb, words):
    with open("/dev/full", "w") as full:
        done = subprocess.run(rmemcheck.command(*words.format(dtb).split()), stdout=full,
                              stderr=subprocess.PIPE, text=True, env=rmemcheck.environment)
    assert done.returncode == 3
    assert "rmemcheck: standard output: " in done.stderr
    assert "No space left on device" in done.stderr


def test_a_reader_that_has_gone_is_no_crash(rmemcheck, tmp_path):
    """As other programs end: by SIGPIPE, without a word; or, where that is ignored, with one."""
    dtb = tmp_path / "many.dtb"
    rmemcheck("dt", "make", "--out", dtb, "--static", 3000, "--region-size", "4K", "--gap", "4K")
    for trap, status, words in (("", 141, ""), ("trap '' PIPE; ", 3, "standard output: ")):
        done = subprocess.run(
            ["bash", "-c", f'{trap}"$@" | true; exit ${{PIPESTATUS[0]}}', "bash",
             *rmemcheck.command("dt", "explain", dtb)],
            stderr=subprocess.PIPE, text=True, env=rmemcheck.environment)
        assert done.returncode == status
        assert words in done.stderr and len(done.stderr.splitlines()) == (1 if words else 0)


def test_what_an_option_puts_outside_ram_is_said(rmemcheck, tmp_path):
    """A case may want it."""
    words = ("dt", "make", "--out", tmp_path / "tree.dtb")
    assert rmemcheck(*words, "--static", 3).stderr == ""
    done = rmemcheck(*words, "--static", 3, "--gap", "400M")
    assert done.returncode == 0
    assert done.stderr == "rmemcheck: note: 1 of 3 regions outside RAM, all or in part\n"
    assert rmemcheck(*words, "--case", "outside-ram").stderr == ""


def assert_nothing_half_made(cache):
    left = [path for path in cache.rglob("*") if path.suffix in (".partial", ".lock")]
    assert left == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_full_disk(rmemcheck, tmp_path):
    """A cache on a disk that is too small for the tree."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64M", "none", disk], check=True)
    try:
        result = rmemcheck("build", "--baseline", XDG_CACHE_HOME=str(disk))
        assert_refused(result, 3, disk, "No space left on device")
        assert_nothing_half_made(disk)
        assert list(disk.glob("rmemcheck/trees/*")) == []
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_full_disk_for_the_results(rmemcheck, dtb, tmp_path, validated):
    out, _ = validated
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "none", disk], check=True)
    try:
        result = rmemcheck("boot", "--kernel", out / "kernels/patched/Image", "--dtb", dtb,
                           "--out", disk / "boot")
        assert_refused(result, 3, disk, "No space left on device")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("words, named", [
    (["--image", "none"], "--image none: no such file"),
    (["--image", "Makefile", "--module", "none.ko"], "--module none.ko: no such file"),
    (["--image", "Makefile", "--module", "Makefile"], "--module Makefile: expected a kernel module"),
    (["--image", "Makefile", "--machine", "arm64,arm"], "expected one --machine, not 2"),
    (["--image", "Makefile", "--config", "none"], "none"),
    (["--image", "Makefile", "--name", "../other"], "--name ../other"),
    (["--image", "Makefile", "--kernels", "patched"], "--kernels excludes --image"),
    (["--config", "Makefile"], "Makefile: expected a kernel's .config"),
])
def test_a_kernel_that_is_built_already(rmemcheck, tmp_path, words, named):
    out = tmp_path / "out"
    result = rmemcheck("run", *words, "--cases", "one", "--out", out, cwd=KIT)
    assert_refused(result, 2, named)
    assert not out.exists()


@pytest.mark.parametrize("words", [
    ["dt", "make", "--out", "", "--static", 1], ["dt", "make", "--out", "x", "--case", ""],
    ["run", "--out", ""], ["run", "--cases", "", "--out", "x"], ["judge", ""]])
def test_an_empty_word_is_no_wish_for_nothing(rmemcheck, tmp_path, words):
    result = rmemcheck(*words, cwd=tmp_path)
    assert result.returncode == 2
    assert "expected" in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300", "0", "-1", "soon"])
@pytest.mark.parametrize("option", ["--silence", "--limit"])
def test_times_that_nobody_waits_for(rmemcheck, tmp_path, option, seconds):
    assert_refused(rmemcheck("boot", "--kernel", "none", "--out", tmp_path / "out", option, seconds),
                   2, option, "expected seconds")


@pytest.mark.parametrize("name, shown", [("a/b", "a/b"), ("n\\u0007", r"n\x07"), ("n\\u00e4", "nä")])
def test_names_that_no_node_has_are_named_with_their_file(rmemcheck, tmp_path, name, shown):
    case = tmp_path / "case.toml"
    case.write_text(f'title = "x"\n[[region]]\nname = "{name}"\nreg = [["256M", "64K"]]\n')
    assert_refused(rmemcheck("dt", "make", "--out", tmp_path / "out.dtb", "--case", case), 2, case,
                   f'region "{shown}"')


def test_an_output_that_is_no_file_is_left_what_it_is(rmemcheck, tmp_path):
    assert rmemcheck("dt", "make", "--out", "/dev/full", "--static", 1).returncode == 3
    assert pathlib.Path("/dev/full").is_char_device()
    link = tmp_path / "link"
    link.symlink_to("target")
    assert rmemcheck("dt", "make", "--out", link, "--static", 1).returncode == 0
    assert link.is_symlink()
    assert (tmp_path / "target").read_bytes().startswith(b"\xd0\x0d\xfe\xed")


@pytest.mark.parametrize("stray", ["file", "empty"])
def test_what_is_no_kernel_among_the_boots_of_a_run(rmemcheck, tmp_path, stray):
    path = tmp_path / "runs" / stray
    path.parent.mkdir()
    path.touch() if stray == "file" else path.mkdir()
    assert_refused(rmemcheck("judge", tmp_path), 2, path, "expected a folder with a kernel's boots")


@pytest.mark.alone
def test_many_regions_are_made_at_once(rmemcheck, tmp_path):
    start = time.monotonic()
    assert rmemcheck("dt", "make", "--out", tmp_path / "many.dtb", "--static", 16000,
                     "--region-size", "4K", "--gap", "4K").returncode == 0
    assert time.monotonic() - start < 5  # 0.2 s on a quiet machine


@pytest.mark.parametrize("line, named", [
    ('kernel = "linus"', 'known.toml:5: kernel: expected one of baseline, patched, Makefile, not'),
    ('machine = "vax"', 'known.toml:5: machine: expected'),
    ('until = "2027-02-29"', 'known.toml:5: until: expected a date'),
])
def test_a_known_failure_of_what_is_not_there(rmemcheck, tmp_path, line, named):
    known = tmp_path / "known.toml"
    known.write_text(f'[[known]]\ncase = "one"\nrule = "recorded"\nreason = "x"\n{line}\n')
    result = rmemcheck("run", "--machine", "um", "--kernel", "Makefile", "--cases", "one",
                       "--expected", known, "--out", tmp_path / "out", cwd=KIT)
    assert_refused(result, 2, named)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("status, more", [(2, []), (128, ["--bisect", "recorded"])])
def test_known_failures_of_a_command_of_the_shell_are_read_once(rmemcheck, tmp_path, status, more):
    """Read again, the pipe has none, and nothing would be known. The image is none, but that is
    found out later than that the list has no such kernel."""
    known = tmp_path / "known.toml"
    known.write_text('[[known]]\ncase = "one"\nrule = "recorded"\nreason = "x"\nkernel = "linus"\n')
    words = ["run", "--machine", "um", "--kernel", "Makefile", "--cases", "one", "--out",
             tmp_path / "out", *more]
    done = subprocess.run(["bash", "-c", f'exec "$@" --expected <(cat {known})', "bash",
                           *rmemcheck.command(*words)], cwd=KIT, capture_output=True, text=True,
                          env=rmemcheck.environment)
    assert_refused(done, status, ":5: kernel: expected one of baseline, patched, Makefile, not")


ENDLESS = ["dt explain {0}", "dt lint {0}", "dt transplant {0} --out x", "judge {0}",
           "judge --log {0}", "run --list {0} --out x", "run --expected {0} --cases one --out x",
           "boot --kernel {1} --dtb {0} --out x", "series check --with {0}", "report {0}"]


@pytest.mark.parametrize("words", ENDLESS)
@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_what_never_ends_is_not_read(rmemcheck, dtb, tmp_path, words, kind):
    path = "/dev/zero"
    if kind == "pipe":
        path = tmp_path / "pipe"
        os.mkfifo(path)
    command = rmemcheck.command(*words.format(path, dtb).split())
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60,
                          env={**rmemcheck.environment, "RMEMCHECK_KIT": str(KIT)})
    assert_refused(done, 2, path, "expected")


def test_an_endless_standard_input_is_bounded(rmemcheck):
    with open("/dev/zero") as zero:
        done = subprocess.run(["bash", "-c", 'ulimit -v 2000000; exec "$@"', "bash",
                               *rmemcheck.command("judge", "--log", "-")], stdin=zero,
                              capture_output=True, text=True, timeout=60)
    assert_refused(done, 2, "standard input: expected at most 512 MiB")


def test_a_command_of_the_shell_is_read(rmemcheck, dtb):
    done = subprocess.run(["bash", "-c", f'"$0" dt explain <(cat {dtb})', rmemcheck.command()[0]],
                          capture_output=True, text=True, env=rmemcheck.environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", ["transplant {tree} --out {tree}", "transplant {tree} --out {link}",
                                   "make --static 1 --base {tree} --out {tree}",
                                   "make --case {case} --out {case}"])
def test_a_tree_is_not_written_over_what_it_is_made_of(rmemcheck, dtb, tmp_path, words):
    (tmp_path / "link").symlink_to(dtb)
    case = tmp_path / "case.toml"
    shutil.copy(KIT / "selftests/cases/one.toml", case)
    before = content_of(tmp_path)
    result = rmemcheck("dt", *words.format(tree=dtb, link=tmp_path / "link", case=case).split())
    assert_refused(result, 2, "--out ", "which is read")
    assert content_of(tmp_path) == before
