# SPDX-License-Identifier: GPL-2.0-or-later
"""The forms that results take, each read by another program than ours: KTAP by the kernel's own
parser, JUnit's XML by xmllint, KCIDB's JSON by its rules. test_page.py opens the page."""
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as xml

import pytest

import kcidb_schema
from conftest import assert_refused
from kit import KIT
from results import case, finding, kernel, rule, run, write

FORMATS = ("--text", "--mail", "--ktap", "--junit", "--kcidb", "--html", "--json")
# What a tree, a log or a person may have put into a name
HOSTILE = ['</script><script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "a\nok 9 b",
           "x # SKIP y", "]]>", "\x1b[2J\x00\x07", "&amp;", "- dash", "ok 1 name", "", " ", "{{boots}}",
           "Kernel panic - not syncing: VFS: unable", "reboot: System halted", "\ud83d\ude00",
           "# Subtest: other", "KTAP version 1", "‮abc", "%s%n", "../../etc/passwd", "￿"]


@pytest.fixture
def report(rmemcheck):
    def ask(folder, *words):
        result = rmemcheck("report", *words, folder)
        assert result.returncode == 0, result.stderr
        return result.stdout
    return ask


@pytest.fixture(scope="session")
def real_run(rmemcheck, tmp_path_factory):
    """One case on both kernels: the baseline fails as it must."""
    out = tmp_path_factory.mktemp("real") / "run"
    result = rmemcheck("run", "--cases", "one,static-65", "--out", out)
    assert result.returncode == 0, result.stdout + result.stderr
    return out


@pytest.fixture
def hostile_run(tmp_path):
    cases = [case(text, "fail", text, title=text, reason=text, remarks=[text], notes=[text],
                  rules=[rule(text, "fail", findings=[finding(text, expected=text, seen=text,
                                                              known=text, text=text)]),
                         rule("other", "skip", text), rule("third", "inconclusive", text)])
             for text in HOSTILE]
    kernels = [kernel(text, spec=text, title=text, version=text) for text in HOSTILE]
    return write(tmp_path / "hostile", run(cases, kernels, machine=HOSTILE[0], series=HOSTILE[1],
                                           tree={"path": HOSTILE[0], "version": HOSTILE[1]}))


def mixed(**changes):
    """One case for each verdict, and a kernel that could not be had."""
    outcomes = ("pass", "known", "fail", "inconclusive", "skip")
    return run([case(f"case-{each}", each) for each in outcomes],
               [kernel(), kernel("missing", trouble="a patch does not apply", version="", key="")],
               **changes)


# Text

def test_text_says_why_there_is_no_kernel(report, tmp_path):
    assert "missing: no kernel: a patch does not apply\n" in report(write(tmp_path, mixed()), "--text")


# KTAP

@pytest.fixture(scope="session")
def parser(tmp_path_factory):
    """tools/testing/kunit/kunit_parser.py of Debian's linux-source-6.1."""
    archive = max(name for name in os.listdir("/usr/src") if name.startswith("linux-source-6.1.tar"))
    folder = tmp_path_factory.mktemp("kunit")
    with tarfile.open(f"/usr/src/{archive}") as tar:
        wanted = {"kunit_parser.py", "kunit_printer.py"}
        for member in tar:
            name = member.name.rpartition("/")[2]
            if name in wanted and "/tools/testing/kunit/" in member.name:
                (folder / name).write_bytes(tar.extractfile(member).read())
                wanted.remove(name)
            if not wanted:
                break
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("kunit_parser", folder / "kunit_parser.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["kunit_parser"] = module
    spec.loader.exec_module(module)
    return module


def leaves(test):
    return [leaf for part in test.subtests for leaf in leaves(part)] if test.subtests else [test]


def check_ktap(text):
    """By ktap.rst: versions and plans, numbers from 1, two spaces a level, parents of failures."""
    lines = text.splitlines()
    position = 0

    def tests(indent):
        nonlocal position
        assert lines[position] == f"{indent}KTAP version 1"
        count = int(re.fullmatch(rf"{indent}1\.\.(\d+)", lines[position + 1])[1])
        position += 2
        names, is_ok = [], True
        for number in range(1, count + 1):
            parts_ok = True
            while not re.match(rf"{indent}(not )?ok ", lines[position]):
                if lines[position].startswith(f"{indent}  KTAP"):
                    parts_ok = tests(indent + "  ")
                else:
                    assert lines[position].startswith(f"{indent}# "), lines[position]
                    position += 1
            found = re.fullmatch(rf"{indent}(not )?ok {number} ([^#]*?)(?: # (\w+)(?: [^#]*)?)?",
                                 lines[position])
            assert found, lines[position]
            assert found[3] in (None, "SKIP", "XFAIL", "TIMEOUT", "ERROR")
            assert not (found[3] in ("TIMEOUT", "ERROR") and found[1] is None)
            assert (found[1] is None) <= parts_ok, lines[position]
            names.append(found[2])
            is_ok = is_ok and found[1] is None
            position += 1
        assert len(set(names)) == len(names) == count
        return is_ok

    is_ok = tests("")
    assert position == len(lines)
    return is_ok


def parsed(parser, text):
    check_ktap(text)
    test = parser.parse_run_tests(text.splitlines())
    assert test.counts.errors == 0
    return test


def test_ktap_of_a_run_that_passes(report, parser, real_run):
    text = report(real_run, "--ktap")
    test = parsed(parser, text)
    assert test.status == parser.TestStatus.SUCCESS
    assert (test.counts.failed, test.counts.crashed) == (0, 0)
    results = json.loads((real_run / "results.json").read_text())
    # of each boot its rules, how it ended, and what it comes to
    assert test.counts.total() == sum(len(each["rules"]) + 2 for each in results["cases"])
    assert [part.name for part in test.subtests] == ["arm64"]
    assert [part.name for part in test.subtests[0].subtests] == ["baseline", "patched"]
    assert re.search(r"^ +ok \d+ recorded # XFAIL known: array-of-64$", text, re.MULTILINE)
    assert test.counts.skipped == sum(
        each["outcome"] in ("skip", "inconclusive")
        for boot in results["cases"] for each in boot["rules"])


def test_ktap_of_every_verdict(report, parser, tmp_path):
    text = report(write(tmp_path, mixed()), "--ktap")
    test = parsed(parser, text)
    assert test.status == parser.TestStatus.FAILURE
    for line in ("ok 1 case-pass", "ok 2 case-known # XFAIL case-known: patched must pass, but is known",
                 "not ok 3 case-fail",
                 "not ok 4 case-inconclusive # ERROR case-inconclusive: patched must pass, but is inconclusive",
                 "ok 5 case-skip # SKIP case-skip: patched must pass, but is skip"):
        assert re.search(rf"^    {re.escape(line)}$", text, re.MULTILINE), line
    assert "  not ok 2 missing # ERROR no kernel: a patch does not apply\n" in text
    assert text.splitlines()[-1] == "not ok 1 arm64"
    # a rule and a verdict, twice, and a kernel
    assert test.counts.failed == 5


@pytest.fixture
def known_run(tmp_path):
    """Faults that are known: in what a kernel did, in how it ended, and in a kernel that is told as it is."""
    died = "the kernel panicked: stack; known: stack-in-64"
    return write(tmp_path / "known", run([
        case("lost", "known", reason="known: array-of-64",
             remarks=["lost: patched must pass, but: known: array-of-64"]),
        case("died", "known", ending="panic", reason=died, remarks=[f"died: patched must pass, but: {died}"],
             rules=[rule(outcome="inconclusive", reason="the guest did not come to its end")]),
        case("lost", "known", kernel="debian", role="told", conclusion="pass", remarks=[])]))


def test_ktap_names_known_faults(report, parser, known_run):
    text = report(known_run, "--ktap")
    test = parsed(parser, text)
    assert test.status == parser.TestStatus.SUCCESS
    assert (test.counts.failed, test.counts.crashed) == (0, 0)
    diagnostics = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    for kernel_name in ("patched", "debian"):
        assert any(line.endswith(f"(runs/{kernel_name}/lost/evidence/probe:3), known: array-of-64")
                   for line in diagnostics)
    assert "# died: patched must pass, but: the kernel panicked: stack; known: stack-in-64" in diagnostics
    for line in ("ok 2 recorded # XFAIL known: array-of-64",
                 "ok 1 boot # XFAIL the kernel panicked: stack; known: stack-in-64",
                 "ok 1 lost # XFAIL lost: patched must pass, but: known: array-of-64", "ok 1 lost"):
        assert re.search(rf"^ *{re.escape(line)}$", text, re.MULTILINE), line


@pytest.mark.parametrize("ending, outcome, line", [
    ("hang", "fail", "not ok 1 boot # TIMEOUT it is fail"),
    ("panic", "fail", "not ok 1 boot"), ("oops", "fail", "not ok 1 boot"),
    ("died", "inconclusive", "not ok 1 boot # ERROR it is inconclusive"),
    ("cut-short", "inconclusive", "not ok 1 boot # ERROR it is inconclusive")])
def test_ktap_of_a_guest_that_ends_badly(report, parser, tmp_path, ending, outcome, line):
    rules = [rule(outcome="inconclusive", reason="the guest did not come to its end")]
    text = report(write(tmp_path, run([case("one", outcome, ending=ending, rules=rules)])), "--ktap")
    test = parsed(parser, text)
    assert f"      {line}\n" in text
    assert test.status == parser.TestStatus.FAILURE
    assert test.counts.failed == 2  # how it ended, and the verdict


def test_ktap_names_have_no_numbers_that_change(report, real_run, rmemcheck, tmp_path):
    again = tmp_path / "again"
    assert rmemcheck("run", "--cases", "one,static-65", "--out", again).returncode == 0

    def names(folder):
        return re.findall(r"^ *(?:not )?ok \d+ ([^#]*?)(?: #.*)?$", report(folder, "--ktap"), re.MULTILINE)
    assert names(again) == names(real_run)


def test_ktap_of_hostile_names(report, parser, hostile_run):
    test = parsed(parser, report(hostile_run, "--ktap"))
    assert test.status == parser.TestStatus.FAILURE
    assert len(test.subtests[0].subtests) == len(HOSTILE)
    assert all(len(each.subtests) == 1 for each in test.subtests[0].subtests)


# JUnit

def junit(report, folder, tmp_path):
    """As xmllint finds it right, and counted."""
    file = tmp_path / "junit.xml"
    file.write_text(report(folder, "--junit"))
    checked = subprocess.run(["xmllint", "--noout", "--schema", str(KIT / "selftests/junit.xsd"), str(file)],
                             text=True, capture_output=True)
    assert checked.returncode == 0, checked.stderr
    root = xml.parse(file).getroot()
    for counted in (root, *root.iter("testsuite")):
        for name, path in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"),
                           ("skipped", "skipped")):
            assert int(counted.get(name)) == len(list(counted.iter(path))), name
    return root


def test_junit_of_a_real_run(report, real_run, tmp_path):
    root = junit(report, real_run, tmp_path)
    assert [suite.get("name") for suite in root] == ["arm64.baseline", "arm64.patched"]
    assert int(root.get("tests")) == 4
    assert int(root.get("failures")) == int(root.get("errors")) == int(root.get("skipped")) == 0
    baseline = root.find(".//testcase[@classname='arm64.baseline'][@name='static-65']/system-out")
    assert "as it must: recorded" in baseline.text


def test_junit_of_every_verdict(report, tmp_path):
    root = junit(report, write(tmp_path, mixed()), tmp_path)
    kinds = {each.get("name"): [part.tag for part in each] for each in root.iter("testcase")}
    assert kinds == {"case-pass": [], "case-known": ["skipped"], "case-fail": ["failure"],
                     "case-inconclusive": ["error"], "case-skip": ["skipped"], "kernel": ["error"]}
    failure = root.find(".//failure")
    assert failure.get("message") == "case-fail: patched must pass, but is fail"
    assert "runs/patched/case-fail/evidence/probe:3" in failure.text
    assert root.get("time") == "10.000"


def test_junit_names_known_faults(report, known_run, tmp_path):
    root = junit(report, known_run, tmp_path)
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["3", "0", "0", "2"]
    lost, died = root.iter("skipped")
    assert lost.get("message") == "lost: patched must pass, but: known: array-of-64"
    assert "evidence/probe:3), known: array-of-64" in lost.text
    assert died.get("message").endswith("known: stack-in-64")
    told = root.find(".//testcase[@classname='arm64.debian']/system-out")
    assert "known: array-of-64" in told.text


def test_junit_of_hostile_names(report, hostile_run, tmp_path):
    root = junit(report, hostile_run, tmp_path)
    assert len(list(root.iter("failure"))) == len(HOSTILE)
    assert root.find(".//testcase[@name='</script><script>alert(1)</script>']") is not None


# KCIDB

def kcidb(report, folder, *words):
    result = json.loads(report(folder, "--kcidb", *words))
    kcidb_schema.check(result)
    return result


def test_kcidb_of_a_real_run(report, real_run):
    result = kcidb(report, real_run)
    assert [len(result[kind]) for kind in ("checkouts", "builds", "tests")] == [2, 2, 4]
    by_kernel = {each["comment"]: each["id"] for each in result["builds"]}
    status = {(each["build_id"], each["path"]): each["status"] for each in result["tests"]}
    # what the kernel does, not what is demanded of it
    assert status[by_kernel["baseline"], "rmemcheck.static-65"] == "FAIL"
    assert status[by_kernel["patched"], "rmemcheck.static-65"] == "PASS"
    assert {each["architecture"] for each in result["builds"]} == {"arm64"}


def test_kcidb_tells_the_patches(report, real_run):
    patches = sorted((KIT / "patches/v6.1").glob("0*.patch"))[1:]  # without the cover letter
    assert not any("cover" in patch.name for patch in patches)
    lines = "".join(hashlib.sha256(patch.read_bytes()).hexdigest() + "\n" for patch in patches)
    hashes = {each["patchset_hash"] for each in kcidb(report, real_run)["checkouts"]}
    assert hashes == {"", hashlib.sha256(lines.encode()).hexdigest()}


def test_kcidb_of_every_verdict(report, tmp_path):
    results = mixed()
    results["cases"] += [case("never", "inconclusive", ending="died", boot_seconds=0),
                         case("died", "inconclusive", ending="died", boot_seconds=2.5)]
    result = kcidb(report, write(tmp_path, results))
    status = {each["path"].rpartition(".")[2]: each["status"] for each in result["tests"]}
    assert status == {"case-pass": "PASS", "case-known": "FAIL", "case-fail": "FAIL",
                      "case-inconclusive": "ERROR", "case-skip": "SKIP", "never": "MISS",
                      "died": "ERROR"}
    assert [each["status"] for each in result["builds"]] == ["PASS", "ERROR"]


def test_kcidb_identifiers_are_of_the_results(report, tmp_path):
    one = kcidb(report, write(tmp_path / "one", mixed()), "--origin", "our_ci")
    assert one == kcidb(report, write(tmp_path / "same", mixed()), "--origin", "our_ci")
    other = kcidb(report, write(tmp_path / "other", mixed(started="2026-02-01T00:00:00Z")))
    ids = {each["id"].partition(":")[2] for each in one["tests"]}
    assert not ids & {each["id"].partition(":")[2] for each in other["tests"]}
    assert {each["origin"] for each in one["tests"]} == {"our_ci"}


def test_kcidb_of_a_kernel_from_elsewhere_claims_nothing_of_its_patches(report, tmp_path):
    given = kernel()
    del given["patchset"]
    result = kcidb(report, write(tmp_path, run([case()], [given])))
    assert "patchset_hash" not in result["checkouts"][0]
    assert "status" not in result["builds"][0]


def test_kcidb_of_hostile_names(report, hostile_run):
    result = kcidb(report, hostile_run)
    assert len(result["tests"]) == len(result["builds"]) == len(HOSTILE)


def test_kcidb_cuts_what_is_too_long(report, tmp_path):
    many = [finding(f"é{number}@5000") for number in range(4096)]
    result = kcidb(report, write(tmp_path, run([case("one", "fail", rules=[rule(outcome="fail", findings=many)])])))
    assert 15000 < len(result["tests"][0]["log_excerpt"]) <= 16384


@pytest.mark.parametrize("origin", ["", "Ours", "a:b", "a b", "é"])
def test_an_origin_that_kcidb_does_not_take(rmemcheck, tmp_path, origin):
    folder = write(tmp_path, mixed())
    assert_refused(rmemcheck("report", "--kcidb", "--origin", origin, folder), 2, "--origin")


# What all of them must do

def test_a_run_of_nothing(report, parser, tmp_path):
    folder = write(tmp_path, run([]))
    assert report(folder) .endswith("inconclusive: nothing was booted\n")
    ktap = parsed(parser, report(folder, "--ktap"))
    assert (ktap.status, ktap.counts.failed) == (parser.TestStatus.FAILURE, 1)
    assert junit(report, folder, tmp_path).get("errors") == "1"
    assert kcidb(report, folder)["tests"] == []
    assert "Nothing was booted" in report(folder, "--html")


def test_a_kernel_that_nothing_was_booted_on(report, parser, tmp_path):
    folder = write(tmp_path, run([case()], [kernel(), kernel("idle")]))
    assert "  not ok 2 idle # ERROR nothing was booted\n" in report(folder, "--ktap")
    assert junit(report, folder, tmp_path).get("errors") == "1"


def test_a_run_that_could_find_out_nothing(report, parser, tmp_path):
    folder = write(tmp_path, run([case("one", "inconclusive"), case("two", "inconclusive")]))
    assert parsed(parser, report(folder, "--ktap")).status == parser.TestStatus.FAILURE
    assert junit(report, folder, tmp_path).get("errors") == "2"
    assert {each["status"] for each in kcidb(report, folder)["tests"]} == {"ERROR"}


def test_a_run_that_was_stopped_is_no_pass(report, parser, tmp_path):
    folder = write(tmp_path, run([case()], complete=False))
    assert "inconclusive" in report(folder) and "stopped before its end" in report(folder)
    test = parsed(parser, report(folder, "--ktap"))
    assert test.status == parser.TestStatus.FAILURE
    assert junit(report, folder, tmp_path).get("errors") == "1"
    assert "stopped before its end" in report(folder, "--html")
    assert json.loads(report(folder, "--json"))["outcome"] == "inconclusive"


def test_a_killed_run_tells_what_it_has(rmemcheck, report, parser, tmp_path):
    folder = tmp_path / "killed"
    with rmemcheck.start("run", "--cases", "one,static-64,static-65,static-63,mixed-200-40,static-128",
                         "--jobs", "1", "--out", folder) as program:
        while program.poll() is None and not (folder / "results.json").exists():
            pass
        program.kill()
        program.communicate()
    assert program.returncode == -9, "it came to its end before it was killed"
    assert json.loads((folder / "results.json").read_text())["complete"] is False
    assert parsed(parser, report(folder, "--ktap")).status == parser.TestStatus.FAILURE
    kcidb(report, folder)


def test_several_machines(report, parser, tmp_path):
    write(tmp_path / "both/arm64", run([case()]))
    write(tmp_path / "both/riscv64", run([case("one", "fail")], machine="riscv64", arch="riscv"))
    text = report(tmp_path / "both", "--ktap")
    assert [part.name for part in parsed(parser, text).subtests] == ["arm64", "riscv64"]
    assert text.splitlines()[-2:][-1] == "not ok 2 riscv64"
    names = [suite.get("name") for suite in junit(report, tmp_path / "both", tmp_path)]
    assert names == ["arm64.patched", "riscv64.patched"]
    assert {each["architecture"] for each in kcidb(report, tmp_path / "both")["builds"]} == {"arm64", "riscv"}
    assert [each["machine"] for each in json.loads(report(tmp_path / "both", "--json"))] == ["arm64", "riscv64"]


def test_json_is_what_the_run_has_left(report, real_run):
    assert json.loads(report(real_run, "--json")) == json.loads((real_run / "results.json").read_text())


def test_what_later_programs_add_is_no_hindrance(report, tmp_path):
    results = mixed(colour="blue")
    results["cases"][0]["weather"] = {"today": None}
    folder = write(tmp_path, results)
    for form in FORMATS:
        assert "weather" not in report(folder, form)


def test_results_of_before_these_were_kept(report, parser, tmp_path):
    results = mixed()
    for name in ("arch", "started", "complete"):
        del results[name]
    for each in results["kernels"]:
        del each["patchset"]
    folder = write(tmp_path, results)
    parsed(parser, report(folder, "--ktap"))
    junit(report, folder, tmp_path)
    assert "architecture" not in kcidb(report, folder)["builds"][0]


@pytest.mark.parametrize("name, value", [("started", "yesterday"), ("arch", "ARM 64"),
                                         ("kernels", 3), ("cases", [{}]), ("machine", None)])
def test_results_that_are_none(rmemcheck, tmp_path, name, value):
    folder = write(tmp_path, {**mixed(), name: value})
    for form in FORMATS:
        assert_refused(rmemcheck("report", form, folder), 2, folder / "results.json")


def test_a_case_counts_whose_kernel_is_not_listed(report, parser, tmp_path):
    folder = write(tmp_path, run([case(), case("two", "fail", kernel="other")], [kernel()]))
    assert parsed(parser, report(folder, "--ktap")).status == parser.TestStatus.FAILURE
    assert junit(report, folder, tmp_path).get("failures") == "1"
    assert [each["status"] for each in kcidb(report, folder)["tests"]] == ["PASS", "FAIL"]


@pytest.mark.parametrize("results, name", [(run([case(), case()]), "one"),
                                           (run([case()], [kernel(), kernel()]), "patched")])
def test_what_is_there_twice_is_no_results(rmemcheck, tmp_path, results, name):
    assert_refused(rmemcheck("report", "--kcidb", write(tmp_path, results)), 2, "results.json", name,
                   "twice")


def test_a_run_that_is_not_there(rmemcheck, tmp_path):
    assert_refused(rmemcheck("report", "--ktap", tmp_path / "none"), 2, tmp_path / "none")
    assert_refused(rmemcheck("report", "--ktap", tmp_path), 2, "results.json")


def test_one_format_at_a_time(rmemcheck, tmp_path):
    folder = write(tmp_path, mixed())
    assert_refused(rmemcheck("report", "--ktap", "--junit", folder), 2, "one format", "--ktap and --junit")


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_written_whole(rmemcheck, report, tmp_path, form):
    folder, file = write(tmp_path / "run", mixed()), tmp_path / "report"
    assert rmemcheck("report", form, "--out", file, folder).stdout == ""
    assert file.read_text() == report(folder, form)
    assert {path.name for path in tmp_path.iterdir()} == {"run", "report"}


def test_a_file_that_cannot_be_written(rmemcheck, tmp_path):
    folder = write(tmp_path / "run", mixed())
    missing = tmp_path / "none/report"
    assert_refused(rmemcheck("report", "--ktap", "--out", missing, folder), 2, missing)
    assert_refused(rmemcheck("report", "--ktap", "--out", folder, folder), 2, folder)
    full = rmemcheck("report", "--ktap", "--out", "/dev/full", folder)
    assert full.returncode == 3 and "/dev/full" in full.stderr


# run

def test_run_json_is_alone_on_standard_output(rmemcheck, tmp_path):
    result = rmemcheck("run", "--cases", "one", "--json", "--out", tmp_path / "run")
    assert result.returncode == 0
    assert json.loads(result.stdout) == json.loads((tmp_path / "run/results.json").read_text())
    assert "pass: 2 boots" in result.stderr


def test_run_quiet_says_the_end_alone(rmemcheck, tmp_path):
    result = rmemcheck("run", "--cases", "one", "--quiet", "--out", tmp_path / "run")
    assert (result.returncode, result.stdout, result.stderr) == (
        0, "pass: 2 boots, each as it must be\n", "")
    result = rmemcheck("run", "--cases", "one", "--quiet", "--json", "--out", tmp_path / "run")
    assert json.loads(result.stdout)["outcome"] == "pass" and result.stderr == ""


def test_run_verbose_tells_demanded_findings_too(rmemcheck, tmp_path):
    words = ("run", "--cases", "static-65", "--out", tmp_path / "run")
    line = "  recorded: region@50800000: expected recorded"
    assert line not in rmemcheck(*words).stdout
    told = rmemcheck(*words, "--verbose").stdout
    assert line in told
    assert re.search(r"^  booted in \d+\.\d\d s, judged in", told, re.MULTILINE)


def test_quiet_and_verbose_exclude_each_other(rmemcheck):
    assert_refused(rmemcheck("run", "--quiet", "--verbose"), 2, "--quiet", "--verbose")


@pytest.mark.skipif(shutil.which("script") is None, reason="no script(1) to make a terminal")
def test_a_terminal_is_told_what_runs_and_how_long_yet(rmemcheck, tmp_path):
    command = " ".join(rmemcheck.command("run", "--cases", "one,static-64", "--jobs", "1", "--out",
                                         tmp_path / "run"))

    def on_terminal(**environment):
        return subprocess.run(["script", "-qec", command, "/dev/null"], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=300,
                              env={**rmemcheck.environment, "TERM": "xterm", **environment}).stdout
    told = on_terminal()
    assert "booting 4 guests (0 %): baseline/one" in told
    assert re.search(r"\(25 %\), 3 left, about \d+ s: ", told)
    assert "\x1b[32mpass" in told
    assert "\x1b[32m" not in on_terminal(NO_COLOR="1")
