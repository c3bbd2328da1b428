# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's archive, seen through an apt that has a configuration of its own.

The system's apt is left alone, and nothing is installed.
"""
import os
import re
import subprocess

from kit import run

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
HOST = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()


class NotToBeHad(Exception):
    """No such package, or no archive."""


def output(command, **options):
    result = run(command, **options)
    if result.returncode:
        raise NotToBeHad(f"{' '.join(map(str, command[:3]))}: {result.stdout.strip()}")
    return result.stdout


class Archive:
    """One suite and architecture, seen through an apt in a folder of its own."""

    def __init__(self, folder, source, architecture):
        self.folder = folder
        for name in ("etc/apt.conf.d", "etc/preferences.d", "state/lists/partial",
                     "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "state/status").touch()
        (folder / "etc/sources.list").write_text(f"deb [signed-by={KEYRING}] {source}\n")
        # Suites that are not released are valid for a week only; a mirror may be older.
        (folder / "apt.conf").write_text(
            f'Dir "{folder}";\nDir::Etc "etc";\nDir::State "state";\n'
            f'Dir::State::status "{folder}/state/status";\nDir::Cache "cache";\n'
            f'APT::Architecture "{architecture}";\n'
            f'APT::Architectures {{"{architecture}";"{HOST}";}};\n'
            'Acquire::Languages "none";\nAcquire::Check-Valid-Until "false";\n'
            'APT::Sandbox::User "root";\n')
        self.apt("apt-get", "update", "-q", "--error-on=any")

    def apt(self, *words, **options):
        return output(words, env={**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"),
                                  "LC_ALL": "C"}, **options)

    def newest(self, beginning, pattern):
        """The package of the highest version in its name, of those that begin so."""
        names = [name for name in self.apt("apt-cache", "pkgnames", beginning).split()
                 if re.fullmatch(pattern, name)]
        if not names:
            raise NotToBeHad(f"no package {pattern} in the archive")
        return output(["sort", "-V"], input="\n".join(names) + "\n").split()[-1]

    def show(self, package):
        text = self.apt("apt-cache", "show", "--no-all-versions", package)
        return dict(re.findall(r"^([\w-]+): (.*)$", text, re.MULTILINE))

    def parts(self, package, kinds):
        """The package and those of its dependencies that are linux-KIND-VERSION."""
        depends = self.show(package).get("Depends", "")
        return [package, *re.findall(rf"\blinux-(?:{kinds})-[^ ,(]*\d[^ ,(]*", depends)]

    def download(self, package, folder):
        self.apt("apt-get", "download", "-q", package, cwd=folder)


def machines_archive():
    """Where this machine has Debian's own packages from, as its apt knows it."""
    lines = output(["apt-get", "indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)",
                    "Created-By: Packages"]).splitlines()
    found = [line.split("|")[0] for line in lines if line.endswith("|Debian|Debian")]
    if not found:
        raise NotToBeHad("apt has no source whose origin and label are Debian; apt-get update?")
    return found[0]
