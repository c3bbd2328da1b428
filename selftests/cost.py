# SPDX-License-Identifier: GPL-2.0-or-later
"""make cost: what reserved memory costs at boot, in instructions and bytes, kernel by kernel.

Builds a tree and Debian's newest linux-source-7.x, each unpatched and, where a series serves it,
patched, and hands them to "rmemcheck cost". The patched tree must grow no faster than n log n and
must not be dearer than the unpatched 7.x.

    cost.py                                 Debian's linux-source-6.1 and the newest 7.x
    cost.py ../linux@v6.9                   a commit of a git repository
    cost.py --newest ../linux-7.3           another tree in the place of Debian's 7.x
    cost.py --out FOLDER                    where the results are left (out/cost)

The newest source comes from the archive that this machine has its packages from, by an apt that
has a configuration of its own. Where it is not to be had, the table is without it, and says so.
"""
import argparse
import pathlib
import re
import subprocess
import sys

from archive import Archive, HOST, NotToBeHad, machines_archive, output
from kit import CACHE, KIT, PROGRAM, say

SUITES = ["trixie-backports", "sid"]
SOURCE = r"linux-source-[7-9]\.\d+"
NO_SERIES = "no series of"


def archive_of(suite):
    say(f"asking {suite} for the newest source")
    return Archive(CACHE / "cost/apt" / suite, f"{machines_archive()} {suite} main", HOST)


def newest_package():
    """The archive and the package with the highest version in its name."""
    found, reasons = {}, []
    for suite in SUITES:
        try:
            archive = archive_of(suite)
            found[archive.newest("linux-source-", SOURCE)] = archive
        except NotToBeHad as error:
            reasons.append(f"{suite}: {str(error)[-200:]}")
    if not found:
        raise NotToBeHad("; ".join(reasons))
    package = output(["sort", "-V"], input="\n".join(found) + "\n").split()[-1]
    return found[package], package


def newest_source():
    """The package's archive of sources, kept in the cache."""
    archive, package = newest_package()
    kept = CACHE / "cost/source" / f"{package}_{archive.show(package)['Version']}"
    if not kept.exists():
        say(f"fetching {package}")
        work = kept.with_name(kept.name + ".part")
        output(["rm", "-rf", work])
        work.mkdir(parents=True)
        archive.download(package, work)
        output(["dpkg-deb", "-x", next(work.glob("*.deb")), work])
        next(work.glob("*.deb")).unlink()
        work.rename(kept)
    return next(kept.glob("usr/src/linux-source-*.tar.*"))


def build(tree, folder, *options):
    """The kernel's version and its folder; None where no series serves it."""
    command = [PROGRAM, "build", "--tree", tree, "--out", folder, *options]
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    sys.stderr.write(done.stderr)
    if done.returncode == 2 and NO_SERIES in done.stderr:
        return None
    if done.returncode:
        sys.exit(f"{tree}: no kernel")
    return re.search(r"^Linux (\S+) for", done.stdout, re.MULTILINE).group(1)


def build_both(tree, folder):
    """Names and folders of the unpatched kernel and of the patched one, if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    version = build(tree, folder / "unpatched", "--baseline")
    kernels = {version: folder / "unpatched"}
    if build(tree, folder / "patched"):
        kernels[f"{version} patched"] = folder / "patched"
    else:
        say(f"{version}: patches/ has no series for it, so it is measured unpatched alone")
    return kernels


def newest_kernels(given, folder):
    try:
        return build_both(given or newest_source(), folder)
    except NotToBeHad as error:
        say(f"no newer kernel to compare with: {error}")
        return {}


def command_of(kernels, newest, options):
    """Only a patched kernel has to be as cheap as it says."""
    command = [PROGRAM, "cost", "--kit", KIT, "--out", options.out, "--verbose"]
    for name, folder in {**kernels, **newest}.items():
        command += ["--kernel", f"{name}={folder}"]
    if options.sizes:
        command += ["--sizes", options.sizes]
    patched = [name for name in kernels if name.endswith(" patched")]
    if patched:
        command += ["--check", patched[0]]
        if newest:
            command += ["--against", next(iter(newest))]
    return command


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", default="")
    parser.add_argument("--newest", default="", help="another tree than Debian's 7.x")
    parser.add_argument("--sizes", default="", help="STATIC+PLACED, with commas")
    parser.add_argument("--out", default="out/cost", type=pathlib.Path)
    options = parser.parse_args()
    # Beside the results, which are replaced as a whole
    work = options.out.with_name(options.out.name + "-kernels")
    kernels = build_both(options.tree, work / "tree")
    newest = newest_kernels(options.newest, work / "newest")
    command = command_of(kernels, newest, options)
    sys.exit(subprocess.run([str(word) for word in command]).returncode)


if __name__ == "__main__":
    main()
