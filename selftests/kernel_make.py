# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a kernel's make for a machine of the kit, with the compiler cache of rmemcheck."""
import os
import re
import tomllib

from kit import CACHE, KIT, run



def machine_file(name):
    """Of a machine that serves a tree of its own, selftests/machines has the file."""
    found = KIT / f"machines/{name}.toml"
    return found if found.exists() else KIT / f"selftests/machines/{name}.toml"


def option_of(line):
    return re.match(r"(?:# )?(CONFIG_\w+)", line).group(1)


class KernelMake:
    """One machine's objects, from change to change of the tree.

    A line of configuration replaces an earlier one for the same option: the machine's those of
    the fragment, `more_config` both. A variant has objects of its own.
    """

    def __init__(self, tree, name, work, more_config, variant=""):
        self.tree = tree
        self.machine = tomllib.loads(machine_file(name).read_text())
        # Below the tree, where sources have relative names: ccache knows them again.
        stem = f"{name}-{variant}".rstrip("-").replace(" ", "-")
        self.objects = tree / f"build-{stem}"
        self.config = work / f"{stem}.config"
        fragment = [line for line in (KIT / "Kconfig.fragment").read_text().splitlines()
                    if re.match(r"CONFIG_|# CONFIG_\w+ is not set", line)]
        lines = {option_of(line): line
                 for line in [*fragment, *self.machine["config"], *more_config]}
        self.config.write_text("\n".join(lines.values()) + "\n")

    @property
    def image(self):
        return self.objects / self.machine["image"]

    def make(self, *words):
        """What it prints and its status. MAKE in the environment is another make than "make"."""
        prefix = self.machine.get("compiler-prefix", "")
        environment = {**os.environ, "LC_ALL": "C", "MAKEFLAGS": "",
                       "CCACHE_DIR": str(CACHE / "ccache"), "CCACHE_NOHASHDIR": "1"}
        return run([*os.environ.get("MAKE", "make").split(), "-s", "-C", self.tree,
                    f"O={self.objects}", f"ARCH={self.machine['arch']}", f"CROSS_COMPILE={prefix}",
                    f"CC=ccache {prefix}gcc", "HOSTCC=ccache gcc", f"-j{os.cpu_count()}", *words],
                   env=environment)

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
