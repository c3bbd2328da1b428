# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the kit, its program and its cache are, and what all of the scripts do."""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

KIT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("RMEMCHECK", KIT / "build/plain/rmemcheck"))
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache",
                     "rmemcheck")
# How a boot ends that shows more than what its rules say
ENDINGS = ("panic", "oops", "hang")


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **options):
    """Its output, both streams, and its status."""
    return subprocess.run([str(word) for word in command], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def content_key(words, files):
    """Of all that a result depends on: words, and what is in the files. Folders among these, which
    a build may leave beside them, do not count."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        if not file.is_dir():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def kept(folder, key, make, is_good=lambda made: True):
    """What has been made before and was good, from the cache, or what is made now."""
    file = CACHE / folder / f"{key}.json"
    if file.exists():
        return json.loads(file.read_text())
    made = make()
    if is_good(made):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(made))
    return made


def head_of(patch, key):
    """What lines "KEY: value" in front of a mutant's diff say."""
    head = patch.read_text().split("\ndiff --git ")[0]
    return re.findall(rf"^{key}: (.+)$", head, re.MULTILINE)
