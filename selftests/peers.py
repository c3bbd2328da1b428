# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels that others ship, booted with the catalogue: what they do with the same trees.

Packages come from Debian's archive by an apt that has a configuration of its own; the system's
is left alone, and nothing is installed. A kernel that fails is what this is for: the exit status
is 1 only if a peer could be had and yet no case of it came to a verdict.

    peers.py                                all of peers.toml, all cases
    peers.py --peers debian-6.12 --cases static-65,one
    peers.py --out out/peers                where evidence, results.json and peers.json are left
"""
import argparse
import hashlib
import json
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

from archive import HOST, Archive, NotToBeHad, output
from kit import CACHE, KIT, PROGRAM, say

# What carries evidence out of a guest
MODULES = ("virtio_mmio", "virtio_console")
PROBE = "reserved_mem_probe.ko"


def load_order(root, release):
    """The files that load MODULES, with what they need in front."""
    base = next(path.parents[2] for path in root.glob(f"**/lib/modules/{release}"))
    output(["depmod", "-b", base, release])
    files = []
    for module in MODULES:
        shown = output(["modprobe", "-d", base, "-S", release, "--show-depends", module])
        files += re.findall(r"^insmod (\S+)", shown, re.MULTILINE)
    return [pathlib.Path(file) for file in dict.fromkeys(files)]


def keep_module(source, folder):
    """Not compressed: the guest knows no modprobe."""
    if source.suffix == ".xz":
        target = folder / source.stem
        target.write_bytes(lzma.decompress(source.read_bytes()))
    else:
        target = folder / source.name
        shutil.copy(source, target)
    return target.name


def build_probe(archive, release, machine, work, kept):
    """Builds the probe against the kernel's headers; a sentence where that cannot be."""
    root = work / "headers"
    try:
        for part in archive.parts(f"linux-headers-{release}", "headers|kbuild"):
            # Its programs run here
            archive.download(f"{part}:{HOST}" if part.startswith("linux-kbuild-") else part, work)
        for file in [*work.glob("linux-headers-*.deb"), *work.glob("linux-kbuild-*.deb")]:
            output(["dpkg-deb", "-x", file, root])
        headers = root / f"usr/src/linux-headers-{release}"
        makefile = headers / "Makefile"
        makefile.write_text(makefile.read_text().replace("/usr/src/", f"{root}/usr/src/"))
        shutil.copytree(KIT / "kmod", work / "kmod")
        prefix = machine["compiler-prefix"]
        output(["make", "-s", "-C", headers, f"M={work / 'kmod'}", f"ARCH={machine['arch']}",
                f"CROSS_COMPILE={prefix}", f"CC={prefix}gcc", "modules"],
               env={**os.environ, "MAKEFLAGS": "", "LC_ALL": "C"})
    except NotToBeHad as error:
        errors = re.findall(r"error: (.*)", str(error))
        return (errors or [str(error)[-200:]])[0]
    shutil.copy(work / "kmod" / PROBE, kept)
    return ""


def unpack(archive, package, machine, kept):
    """Leaves vmlinuz, config, the modules and kernel.json in `kept`."""
    with tempfile.TemporaryDirectory(prefix="peers-") as name:
        work = pathlib.Path(name)
        for part in archive.parts(package, "base|binary|modules"):
            archive.download(part, work)
        root = work / "root"
        for file in work.glob("*.deb"):
            output(["dpkg-deb", "-x", file, root])
        image = next(root.glob("**/vmlinu[xz]*"))
        release = next(root.glob("**/lib/modules/*")).name
        config = next(path for path in [*root.glob("boot/config-*"),
                                        *root.glob(f"**/lib/modules/{release}/config")])
        temporary = kept.with_name(kept.name + ".part")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        shutil.copy(image, temporary / "vmlinuz")
        shutil.copy(config, temporary / "config")
        modules = [keep_module(file, temporary) for file in load_order(root, release)]
        no_probe = build_probe(archive, release, machine, work, temporary)
        if not no_probe:
            modules.append(PROBE)
        (temporary / "kernel.json").write_text(json.dumps(
            {"package": package, "version": archive.show(package)["Version"], "release": release,
             "modules": modules, "no-probe": no_probe}, indent=2) + "\n")
        temporary.rename(kept)


def kernel_of(peer, archives):
    """The unpacked package, from the cache where it is there."""
    key = (peer["source"], peer["architecture"])
    if key not in archives:
        say(f"{peer['name']}: asking {peer['source']} ({peer['architecture']})")
        archives[key] = Archive(CACHE / "peers/apt" / re.sub(r"\W+", "-", " ".join(key)), *key)
    archive = archives[key]
    package = archive.newest("linux-image-", peer["image"])
    probe = hashlib.sha256((KIT / "kmod/reserved_mem_probe.c").read_bytes()).hexdigest()[:16]
    kept = CACHE / "peers" / f"{package}_{archive.show(package)['Version']}_{probe}"
    if not kept.exists():
        say(f"{peer['name']}: fetching {package}")
        machine = tomllib.loads((KIT / f"machines/{peer['machine']}.toml").read_text())
        unpack(archive, package, machine, kept)
    return kept, json.loads((kept / "kernel.json").read_text())


def run_cases(peer, kept, kernel, cases, out):
    """What came of the cases: how many of each outcome."""
    command = [PROGRAM, "run", "--kit", KIT, "--machine", peer["machine"], "--image",
               kept / "vmlinuz", "--name", peer["name"], "--config", kept / "config", "--out", out]
    for module in kernel["modules"]:
        command += ["--module", kept / module]
    if cases:
        command += ["--cases", cases]
    result = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE)
    (out.parent / f"{peer['name']}.txt").write_text(result.stdout)
    if not (out / "results.json").exists():
        sys.exit(f"{peer['name']}: no results\n{result.stdout[-2000:]}")
    outcomes = [case["outcome"] for case in json.loads((out / "results.json").read_text())["cases"]]
    return {name: outcomes.count(name) for name in ("pass", "fail", "inconclusive", "skip")}


def row_of(peer, archives, cases, out):
    row = {"name": peer["name"], "machine": peer["machine"]}
    try:
        kept, kernel = kernel_of(peer, archives)
    except NotToBeHad as error:
        shutil.rmtree(out / peer["name"], ignore_errors=True)
        return {**row, "package": "", "version": "", "not-to-be-had": str(error)[-300:]}
    say(f"{peer['name']}: booting {kernel['package']} {kernel['version']}")
    counts = run_cases(peer, kept, kernel, cases, out / peer["name"])
    return {**row, "package": kernel["package"], "version": kernel["version"],
            "no-probe": kernel["no-probe"], "cases": counts}


def line_of(row):
    if "not-to-be-had" in row:
        return f"{row['name']:<20}  not to be had: {row['not-to-be-had']}"
    counts = ", ".join(f"{count} {name}" for name, count in row["cases"].items() if count)
    probe = f"; no probe: {row['no-probe']}" if row["no-probe"] else ""
    return f"{row['name']:<20}  {row['package']} {row['version']} ({row['machine']}): {counts}{probe}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="", help="names, with commas; all of peers.toml")
    parser.add_argument("--cases", default="", help="names, with commas; all")
    parser.add_argument("--out", default="out/peers", type=pathlib.Path)
    options = parser.parse_args()
    peers = tomllib.loads((KIT / "selftests/peers.toml").read_text())["peer"]
    wanted = options.peers.split(",") if options.peers else [peer["name"] for peer in peers]
    unknown = set(wanted) - {peer["name"] for peer in peers}
    if unknown:
        sys.exit(f"--peers {', '.join(sorted(unknown))}: not in selftests/peers.toml")
    options.out.mkdir(parents=True, exist_ok=True)
    table = options.out / "peers.json"
    rows = {row["name"]: row for row in json.loads(table.read_text())} if table.exists() else {}
    archives = {}
    for peer in peers:
        if peer["name"] in wanted:
            rows[peer["name"]] = row_of(peer, archives, options.cases, options.out.absolute())
            table.write_text(json.dumps(list(rows.values()), indent=2) + "\n")
    for name in wanted:
        print(line_of(rows[name]))
    judged = [sum(row["cases"][name] for name in ("pass", "fail"))
              for row in (rows[name] for name in wanted) if "cases" in row]
    sys.exit(not all(judged))


main()
