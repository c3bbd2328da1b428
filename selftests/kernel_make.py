# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a kernel's make for a machine of the kit, with the compiler cache of rmemcheck."""
import os
import pathlib
import subprocess
import tomllib

from kit_copy import KIT

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "rmemcheck"


def run(command, **options):
    return subprocess.run([str(word) for word in command], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


class KernelMake:
    """One machine's objects, from change to change of the tree."""

    def __init__(self, tree, name, work, more_config):
        self.tree = tree
        self.machine = tomllib.loads((KIT / f"machines/{name}.toml").read_text())
        # Below the tree, where sources have relative names: ccache knows them again.
        self.objects = tree / f"build-{name}"
        self.config = work / f"{name}.config"
        lines = (KIT / "Kconfig.fragment").read_text().splitlines()
        self.config.write_text("\n".join([*lines, *self.machine["config"], *more_config]) + "\n")

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
