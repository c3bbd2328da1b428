# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a kernel's make for a machine of the kit, as rmemcheck itself calls it."""
import json
import os
import re
import sys

from kit import KIT, PROGRAM, run


def machine_file(name):
    """Of a machine that serves a tree of its own, selftests/machines has the file."""
    found = KIT / f"machines/{name}.toml"
    return found if found.exists() else KIT / f"selftests/machines/{name}.toml"


def shown(tree, machine="arm64", lines=(), words=()):
    """What "rmemcheck build --show" says of a build: tree, patches, configuration, make. A line of
    configuration replaces the machine's for the same option."""
    done = run([PROGRAM, "build", "--show", "--tree", tree, "--machine", machine_file(machine),
                *(word for line in lines for word in ("--set", line)), *words])
    if done.returncode:
        sys.exit(done.stdout)
    return json.loads(done.stdout[done.stdout.index("{"):])


def option_of(line):
    return re.match(r"(?:# )?(CONFIG_\w+)", line).group(1)


class KernelMake:
    """One machine's objects, from change to change of the tree. A variant has objects of its own."""

    def __init__(self, tree, name, work, more_config, variant="", given=""):
        """`tree` is a folder of our own; `given` what a person named, of which it is a copy."""
        self.tree = tree
        self.plan = shown(given, name, more_config, ["--baseline"])
        # Below the tree, where sources have relative names: ccache knows them again.
        stem = f"{name}-{variant}".rstrip("-").replace(" ", "-")
        self.objects = tree / f"build-{stem}"
        self.config = work / f"{stem}.config"
        self.config.write_text("\n".join(self.plan["config"]) + "\n")

    @property
    def image_target(self):
        return self.plan["image-target"]

    def make(self, *words):
        """What it prints and its status. MAKE in the environment is another make than "make"."""
        _, *given = self.plan["make"]
        return run([*os.environ.get("MAKE", "make").split(), "-s", "-C", self.tree,
                    f"O={self.objects}", *given, *words],
                   env={**os.environ, **self.plan["environment"]})

    def configure(self):
        self.objects.mkdir(exist_ok=True)
        return self.make(f"KCONFIG_ALLCONFIG={self.config}", "allnoconfig")

    def missed(self, lines):
        """Those of the lines that Kconfig did not take."""
        got = (self.objects / ".config").read_text().splitlines()
        return [line for line in lines
                if line not in got
                and (line.startswith("CONFIG_")
                     or any(each.startswith(option_of(line) + "=") for each in got))]
