# SPDX-License-Identifier: GPL-2.0-or-later
"""What KernelCI's database demands of a report, I/O schema 5.3, as far as rmemcheck writes one."""
import re
from datetime import datetime

STATUS = ("FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP")
PATH = re.compile(r"([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?")
IDENTIFIER = re.compile(r"[a-z0-9_]+:[^\0]*")


def text(most=None):
    def check(value):
        assert isinstance(value, str) and "\0" not in value
        assert most is None or len(value) <= most
    return check


def matching(form):
    def check(value):
        assert isinstance(value, str) and re.fullmatch(form, value), value
    return check


def number(value):
    assert isinstance(value, (int, float)) and not isinstance(value, bool)


def when(value):
    assert datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None


def free(value):
    assert isinstance(value, dict)


def environment(value):
    check_object(value, {"comment": text(), "misc": free, "compatible": list}, ())


def one_of(words):
    def check(value):
        assert value in words
    return check


COMMON = {"id": matching(IDENTIFIER), "origin": matching("[a-z0-9_]+"), "comment": text(),
          "start_time": when, "log_excerpt": text(16384), "log_url": text(), "misc": free}
KINDS = {
    "checkouts": ({**COMMON, "tree_name": text(), "git_commit_hash": matching("[0-9a-f]{40}"),
                   "git_commit_name": text(), "git_repository_url": matching(r"https://.+\.git"),
                   "patchset_hash": matching("([0-9a-f]{64})?"),
                   "valid": one_of((True, False))}, ("id", "origin")),
    "builds": ({**COMMON, "checkout_id": matching(IDENTIFIER), "duration": number,
                "architecture": matching("[a-z0-9_]*"), "command": text(), "compiler": text(),
                "config_name": text(), "status": one_of(STATUS)}, ("id", "origin", "checkout_id")),
    "tests": ({**COMMON, "build_id": matching(IDENTIFIER), "environment": environment,
               "path": matching(PATH), "status": one_of(STATUS), "duration": number},
              ("id", "origin", "build_id")),
}


def check_object(value, properties, required):
    assert isinstance(value, dict)
    assert set(required) <= set(value)
    assert set(value) <= set(properties), set(value) - set(properties)
    for name, each in value.items():
        properties[name](each)


def has_null(value):
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    if isinstance(value, list):
        return any(map(has_null, value))
    return value is None


def check(report):
    """Raises AssertionError for what is no report, or refers to what it does not have."""
    assert set(report) <= {"version", *KINDS}
    assert report["version"] == {"major": 5, "minor": 3}
    assert not has_null(report)
    identifiers = {}
    for kind, (properties, required) in KINDS.items():
        for each in report.get(kind, []):
            check_object(each, properties, required)
            assert each["id"].startswith(each["origin"] + ":")
        identifiers[kind] = [each["id"] for each in report.get(kind, [])]
        assert len(set(identifiers[kind])) == len(identifiers[kind])
    assert {each["checkout_id"] for each in report["builds"]} <= set(identifiers["checkouts"])
    assert {each["build_id"] for each in report["tests"]} <= set(identifiers["builds"])
