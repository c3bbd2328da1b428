# SPDX-License-Identifier: GPL-2.0-or-later
"""A live system's archive: captured in a guest by the script and judged as the boot was, and what
else may be given for one."""
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

import pytest

import archive
from conftest import assert_refused
from kit import CACHE, KIT

SCRIPT = KIT / "guest/capture.sh"
CASE = "static-65"
TOOLS = ("[", "awk", "basename", "cat", "command", "cut", "dd", "dmesg", "echo", "getconf", "grep",
         "gzip", "head", "hostname", "id", "insmod", "ls", "mkdir", "mktemp", "mount", "mv", "od",
         "poweroff", "printf", "rm", "rmmod", "sed", "sh", "sort", "tail", "tar", "tr", "umount",
         "uname", "wc")
# PID 1 of a live system, for sh: what it mounts, a name, a word in the log, and the script's run
INIT = """mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
hostname secret-host-name
echo '<11>secret-of-a-program' >/dev/kmsg
echo '<6>secret-host-name is up' >/dev/kmsg
while [ ! -e /dev/vport0p1 ]; do :; done
sh /capture.sh {words} --out - >/dev/vport0p1 2>/said
cat /said
grep debugfs /proc/mounts && echo 'debugfs stays mounted'
grep reserved_mem_probe /proc/modules && echo 'the probe stays loaded'
poweroff -f
"""
SECRETS = {
    "serial": b"SECRET-SERIAL-4711",
    "mac": b"\x52\x54\x00\xab\xcd\xef",
    "mac-in-bootargs": b"52:54:00:ab:cd:ef",
    "password": b"hunter2-password",
    "uuid": b"0e4b1b4a-6f2e-4b0b-8f0a-5d5b5a5c5d5e",
    "host": b"secret-host-name",
    "program": b"secret-of-a-program",
}
BOOTARGS = ("console=ttyAMA0 earlycon=pl011,0x09000000 panic=-1 root=UUID="
            "0e4b1b4a-6f2e-4b0b-8f0a-5d5b5a5c5d5e wifi.psk=hunter2-password "
            "ethaddr=52:54:00:ab:cd:ef rdinit=/bin/sh -- /init")


@pytest.fixture(scope="session")
def busybox(tmp_path_factory):
    """A static busybox for arm64."""
    folder = tmp_path_factory.mktemp("busybox")
    try:
        debian = archive.Archive(CACHE / "selftests/apt/bookworm",
                                 f"{archive.machines_archive()} bookworm main", "arm64")
        debian.download("busybox-static", folder)
    except archive.NotToBeHad as error:
        pytest.skip(str(error))
    package, = folder.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return folder / "bin/busybox"


@pytest.fixture(scope="session")
def ran(rmemcheck, tmp_path_factory):
    """A run of one case, on kernels of the usual cache."""
    out = tmp_path_factory.mktemp("ran") / "out"
    result = rmemcheck("run", "--cases", CASE, "--out", out)
    assert result.returncode == 0, result.stdout + result.stderr
    return out


def add_secrets(dtb, folder):
    """A tree with what a board's firmware writes into it."""
    copy = folder / "tree.dtb"
    shutil.copy(dtb, copy)
    for node, name, kind, value in (
            ("/", "serial-number", "-ts", [SECRETS["serial"].decode()]),
            ("/", "model", "-ts", ["board " + SECRETS["serial"].decode()]),
            ("/chosen", "board-seed", "-tx", ["deadbeef", "cafef00d"]),
            ("/ethernet", "local-mac-address", "-tbx", ["52", "54", "0", "ab", "cd", "ef"])):
        subprocess.run(["fdtput", "-p", kind, copy, node, name, *value], check=True)
    return copy


def initramfs(folder, busybox, probe, words):
    root = folder / "root"
    for name in ("bin", "proc", "sys", "dev", "tmp"):
        (root / name).mkdir(parents=True)
    shutil.copy(busybox, root / "bin/busybox")
    for tool in TOOLS:
        (root / "bin" / tool).symlink_to("busybox")
    (root / "init").write_text(INIT.format(words=words))
    shutil.copy(SCRIPT, root / "capture.sh")
    shutil.copy(probe, root / "probe.ko")
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    with open(folder / "initramfs", "wb") as file:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, check=True, stdout=file,
                       input="\n".join(names).encode())
    return folder / "initramfs"


def boot(folder, kernel, dtb, initrd):
    """Boots it; the archive that the guest has sent, and its console."""
    sent = folder / "sent.tar.gz"
    result = subprocess.run(
        ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a57", "-m", "1024M", "-smp", "1",
         "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio",
         "-chardev", f"file,id=evidence,path={sent}", "-device", "virtio-serial-device",
         "-device", "virtserialport,chardev=evidence,name=evidence", "-kernel", kernel / "Image",
         "-initrd", initrd, "-dtb", dtb, "-append", BOOTARGS],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    console = result.stdout.decode(errors="replace")
    assert sent.stat().st_size > 0, console
    return sent, console


@pytest.fixture(scope="session")
def captured(ran, busybox, tmp_path_factory):
    """Archives by kernel and words of the script, made once each."""
    made = {}

    def capture(kernel, words="--probe /probe.ko"):
        if (kernel, words) not in made:
            folder = tmp_path_factory.mktemp("captured")
            kernels = ran / "kernels" / kernel
            initrd = initramfs(folder, busybox, kernels / "reserved_mem_probe.ko", words)
            dtb = add_secrets(ran / "runs" / kernel / CASE / "tree.dtb", folder)
            made[kernel, words] = boot(folder, kernels, dtb, initrd)
        return made[kernel, words]

    return capture


def members(path):
    with tarfile.open(path) as tar:
        return {member.name.split("/")[-1]: tar.extractfile(member).read()
                for member in tar if member.isfile()}


def rules_of(result):
    """Those that fail or could not find out"""
    return set(re.findall(r"^  ([\w-]+): (?:.*expected|inconclusive:)", result.stdout, re.MULTILINE))


def first_line(result):
    return result.stdout.splitlines()[0]


def pack(path, files, top="rmemcheck-capture/"):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(top + name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def test_the_script_is_posix(rmemcheck):
    printed = rmemcheck("capture")
    assert printed.returncode == 0
    assert printed.stdout == SCRIPT.read_text()
    for shell in (["dash", "-n"], ["busybox", "sh", "-n"]):
        subprocess.run([*shell, SCRIPT], check=True)
    assert "\nall=yes\n" in rmemcheck("capture", "--all").stdout


def test_a_patched_kernel_is_judged_as_its_boot(rmemcheck, captured):
    archive_file, console = captured("patched")
    assert "stays" not in console
    result = rmemcheck("judge", archive_file)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r" pass +65 of  65 recorded", first_line(result))
    assert "inconclusive" not in result.stdout


def test_a_baseline_fails_as_its_boot(rmemcheck, captured, ran):
    archive_file, _ = captured("baseline")
    result = rmemcheck("judge", archive_file)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "  recorded: region@50800000: expected recorded: " in result.stdout
    of_run = json.loads((ran / "runs/baseline" / CASE / "verdict.json").read_text())
    assert re.search(rf" {of_run['outcome']} +{of_run['regions_recorded']} of +"
                     rf"{of_run['regions_in_tree']} recorded .*  {of_run['reason']}$",
                     first_line(result))
    assert rules_of(result) == {rule["rule"] for rule in of_run["rules"]
                                if rule["outcome"] in ("fail", "inconclusive")}


def test_a_kernel_without_the_probe_is_said_with_the_remedy(rmemcheck, captured):
    archive_file, _ = captured("patched", "")
    result = rmemcheck("judge", archive_file)
    assert result.returncode == 3
    assert re.search("recorded: inconclusive: .*remedy: make -C kmod", result.stdout)


def test_nothing_names_a_person(captured):
    archive_file, _ = captured("patched")
    found = members(archive_file)
    everything = b"\0".join(found.values())
    assert [name for name, secret in SECRETS.items() if secret in everything] == []
    assert bytes.fromhex("deadbeefcafef00d") not in everything
    log = found["dmesg"].decode()
    assert "(written by a program)" in log
    assert "console=ttyAMA0 earlycon=pl011,0x09000000 panic=-1 root=xxxx" in log
    assert b"console=ttyAMA0" in found["fdt"]


def test_all_is_there_where_all_is_asked_for(captured):
    archive_file, _ = captured("patched", "--all --probe /probe.ko")
    everything = b"\0".join(members(archive_file).values())
    assert [name for name, secret in SECRETS.items() if secret not in everything] == []
    assert bytes.fromhex("deadbeefcafef00d") in everything


def change_log(files, change):
    return {name: change(content.decode()).encode() if name == "evidence/dmesg" else content
            for name, content in files.items()}


def files_of(captured, kernel="patched"):
    found = members(captured(kernel)[0])
    return {"manifest" if name == "manifest" else f"evidence/{name}": content
            for name, content in found.items()}


def test_a_ring_that_wrapped_is_said(rmemcheck, captured, tmp_path):
    files = change_log(files_of(captured), lambda log: "".join(log.splitlines(True)[40:]))
    files["manifest"] += b"damaged\tdmesg\tthe ring has wrapped\tlog_buf_len=16M\n"
    result = rmemcheck("judge", pack(tmp_path / "wrapped.tar.gz", files))
    assert result.returncode == 3
    assert re.search("no-warning: inconclusive: the ring has wrapped; remedy: log_buf_len=16M",
                     result.stdout)


def test_lockdown_is_said(rmemcheck, captured, tmp_path):
    files = files_of(captured)
    del files["evidence/memblock-reserved"]
    files["manifest"] = files["manifest"].replace(
        b"file\tmemblock-reserved\n",
        b"absent\tmemblock-reserved\tsystem\tlocked down\tlockdown=none\n")
    result = rmemcheck("judge", pack(tmp_path / "locked.tar.gz", files))
    assert result.returncode == 3
    assert re.search("reserved: inconclusive: .*locked down; remedy: lockdown=none", result.stdout)


WHOLE = ["<6>[    0.000000] Booting Linux", "<5>[    0.000000] Linux version 6.1.1 (a@b) (gcc) #1",
         "<6>[    0.100000] OF: reserved mem: x", "<6>[    0.200000] Run /init as init process",
         "<6>[    9.000000] a line that is in the ring", "<6>[    9.100000] the last one"]
RING = "\n".join(WHOLE[3:])


@pytest.fixture
def run_here(tmp_path):
    """Runs the script on this machine, with other programs in front of its own; the archive."""
    if os.geteuid() != 0:
        pytest.skip("the script needs root")

    def run(**programs):
        for name, text in programs.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / name).chmod(0o755)
        out = tmp_path / "out.tar.gz"
        result = subprocess.run(["sh", SCRIPT, "--out", out], text=True, capture_output=True,
                                env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
        assert result.returncode == 0, result.stderr
        found = members(out)
        return found["manifest"].decode(), found.get("dmesg", b"").decode()

    return run


def test_a_ring_that_wrapped_without_an_older_log(run_here):
    manifest, log = run_here(dmesg=f"cat <<'END'\n{RING}\nEND", journalctl="exit 1")
    assert "damaged\tdmesg\tthe kernel's ring has wrapped" in manifest
    assert "log_buf_len" in manifest
    assert "the last one" in log


@pytest.mark.parametrize("form", [
    lambda seconds, text: f"[{seconds}] kernel: {text}",
    lambda seconds, text: f"Nov 28 08:00:00 board kernel: [{seconds}] {text}"])
def test_a_ring_that_wrapped_is_found_in_the_journal(run_here, form):
    journal = "\n".join(form(line[4:16], line[18:]) for line in WHOLE)
    manifest, log = run_here(dmesg=f"cat <<'END'\n{RING}\nEND",
                             journalctl=f"cat <<'END'\n{journal}\nEND")
    assert "note\tthe kernel's ring has wrapped; the log is that of journalctl" in manifest
    assert "damaged" not in manifest
    assert "[    0.100000] OF: reserved mem: x\n" in log
    assert "board" not in log


def test_the_journal_of_another_boot_is_not_taken(run_here):
    journal = "[    0.000000] kernel: Linux version 5.10\n[    1.000000] kernel: something else"
    manifest, _ = run_here(dmesg=f"cat <<'END'\n{RING}\nEND",
                           journalctl=f"cat <<'END'\n{journal}\nEND")
    assert "damaged\tdmesg" in manifest


def test_a_log_that_must_not_be_read_is_said(rmemcheck, run_here, tmp_path):
    manifest, log = run_here(dmesg="echo 'dmesg: read kernel buffer failed: Operation not "
                                   "permitted' >&2\nexit 1", journalctl="exit 1")
    assert log == ""
    assert re.search("absent\tdmesg\tsystem\t.*Operation not permitted\t.*dmesg_restrict", manifest)
    result = rmemcheck("judge", tmp_path / "out.tar.gz")
    assert result.returncode == 3
    assert re.search("known-errors: inconclusive: .*dmesg_restrict=0", result.stdout)


SHELLS = {"dash": (["dash"], ()), "busybox": (["busybox", "sh"], TOOLS)}


@pytest.fixture(params=SHELLS)
def run_among(request, tmp_path):
    """Runs the script with files in place of this machine's, seen by it alone; the members of its
    archive. With busybox, all programs are busybox's."""
    shell, tools = SHELLS[request.param]
    may = subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
    if os.geteuid() != 0 or not may:
        pytest.skip("the script needs root, and the files a mount namespace")
    (tmp_path / "bin").mkdir()
    for tool in tools:
        (tmp_path / "bin" / tool).symlink_to(shutil.which("busybox"))

    def run(files, words="", **programs):
        for name, text in {"journalctl": "exit 1", **programs}.items():
            (tmp_path / "bin" / name).unlink(missing_ok=True)
            (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / "bin" / name).chmod(0o755)
        mounts = "mount -t tmpfs none /var/log; mount -t tmpfs none /sys/firmware\n"
        for number, (path, content) in enumerate(files.items()):
            source = tmp_path / f"file{number}"
            source.write_bytes(content if isinstance(content, bytes) else content.encode())
            mounts += (f"mount --bind {source} {path}\n" if path.startswith("/proc") else
                       f"cp {source} {path}\n")
        out = tmp_path / "out.tar.gz"
        result = subprocess.run(
            ["unshare", "-m", "sh", "-c", f"set -e\n{mounts}PATH={tmp_path}/bin:$PATH\n"
             f"exec {' '.join(shell)} {SCRIPT} {words} --out {out}"],
            text=True, capture_output=True)
        assert result.returncode == 0, result.stderr
        return members(out)

    return run


def shown(lines):
    return "cat <<'END'\n" + "\n".join(lines) + "\nEND"


CANNOT_READ = "echo 'dmesg: Operation not permitted' >&2; exit 1"
OF_PROGRAMS = [
    "sshd[123]: Accepted publickey for alice from 10.1.2.3 port 5555 ssh2: RSA SHA256:AbCd",
    "wpa_supplicant[77]: wlan0: Trying to associate with SSID 'AliceHome'",
    "sudo:    alice : TTY=pts/0 ; COMMAND=/usr/bin/mysql -psecretpw",
    "sudo: alice kernel: [    1.000000] secretpw",
    "systemd[1]: Hostname set to <alice>.",
    "cloud-init[300]: Linux version 5 of alice",
    "alice", "", "alice: a line of hers",
]
DAEMONS = {
    "rsyslog": lambda seconds, text: f"Nov 28 08:00:00 alicebox {text}",
    "rsyslog iso": lambda seconds, text: f"2026-11-28T08:00:00.12+01:00 alicebox {text}",
    "busybox": lambda seconds, text: f"Nov  8 08:00:00 alicebox user.info {text}",
    "openwrt": lambda seconds, text: f"Sat Nov 28 08:00:00 2026 kern.info {text}",
    "without host or time": lambda seconds, text: f"Nov 28 08:00:00 {text}",
    "journal": lambda seconds, text: f"[{seconds}] {text}",
}
HAVE_NO_TIME = ("without host or time", "journal") # of the kernel's in the text itself


def older_log(form):
    """As a daemon keeps it: the kernel's lines, those of programs, and what has no tag at all"""
    def of_kernel(seconds, text):
        time = "" if form in HAVE_NO_TIME else f"[{seconds}] "
        return DAEMONS[form](seconds, f"kernel: {time}{text}")

    of_programs = [DAEMONS[form]("    9.000000", text) for text in OF_PROGRAMS]
    kernels = [of_kernel(line[4:16], line[18:]) for line in WHOLE]
    through_kmsg = of_kernel("    9.000000", "systemd[1]: Mounting /home/alice...")
    return "\n".join([*of_programs, *kernels[:4], *of_programs, *OF_PROGRAMS, through_kmsg,
                      *kernels[4:]]) + "\n"


@pytest.mark.parametrize("form", DAEMONS)
@pytest.mark.parametrize("ring", [shown(WHOLE[3:]), CANNOT_READ], ids=["wrapped", "unreadable"])
def test_an_older_log_is_without_what_programs_have_written(run_among, form, ring):
    log = older_log(form)
    if ring == CANNOT_READ: # A log of this very kernel is taken
        log = log.replace("Linux version 6.1.1 (a@b) (gcc) #1",
                          pathlib.Path("/proc/version").read_text().strip())
    found = run_among({} if form == "journal" else {"/var/log/messages": log}, dmesg=ring,
                      journalctl=f"cat <<'END'\n{log}END" if form == "journal" else "exit 1")
    assert b"the log is that of " in found["manifest"]
    log = found["dmesg"].decode()
    for secret in ("alice", "Alice", "secretpw", "10.1.2.3", "AbCd"):
        assert secret not in log
    begin = 18 if form == "without host or time" else 3
    expected = [line[begin:] for line in WHOLE]
    expected.insert(4, "<6>[    9.000000] (written by a program)"[begin:])
    assert log.splitlines()[1:] == expected[2:]


def test_a_log_of_another_kernel_is_not_taken_for_a_ring_that_cannot_be_read(run_among):
    found = run_among({"/var/log/messages": older_log("rsyslog")}, dmesg=CANNOT_READ)
    assert b"absent\tdmesg\tsystem\tthe kernel's ring cannot be read" in found["manifest"]


def test_a_bare_log_is_taken_where_only_the_kernel_writes(run_among):
    bare = "\n".join(line[3:] for line in WHOLE) + "\n[    9.200000] sshd[1]: alice\nalice\n"
    found = run_among({"/var/log/dmesg": bare}, dmesg=shown(WHOLE[3:]))
    assert "\n".join(line[3:] for line in WHOLE[2:]) + "\n" in found["dmesg"].decode()
    assert b"alice" not in found["dmesg"]
    found = run_among({"/var/log/dmesg": "", "/var/log/messages": bare}, dmesg=shown(WHOLE[3:]))
    assert b"damaged\tdmesg" in found["manifest"]


def test_what_goes_on_a_programs_line_is_left_out(run_among):
    found = run_among({}, dmesg=shown([*WHOLE[:5], "<14>[    9.000000] alice", "alice goes on",
                                       WHOLE[5]]))
    assert b"alice" not in found["dmesg"]
    assert WHOLE[5] in found["dmesg"].decode().splitlines()


TREE = """/dts-v1/;
/memreserve/ 0x84000000 0x1000;
/ {{
	#address-cells = <2>; #size-cells = <2>; model = "board"; compatible = "mac,host";
	aliases {{ serial0 = "/soc/serial@9000000"; mac = "/soc"; }};
	memory@80000000 {{ device_type = "memory"; reg = <0 0x80000000 0 0x20000000>; }};
	chosen {{ stdout-path = "serial0:115200n8"; {properties} }};
	soc {{
		#mac-cells = <7>; pcie {{ linux,pci-domain = <3>; #power-domain-cells = <1>; }};
		ethernet {{ phy-mode = "rgmii"; mac-mode = "sgmii"; }};
		mcasp {{ serial-dir = <1 2>; }};
	}};
	reserved-memory {{
		#address-cells = <2>; #size-cells = <2>; ranges;
		a@88000000 {{ compatible = "shared-dma-pool"; reg = <0 0x88000000 0 0x10000>; no-map; }};
	}};
}};
"""
PROPERTIES = {
    "leading blanks": ('bootargs = "   console=ttyS0 quiet pw=SECRET";',
                       "   console=ttyS0 quiet pw="),
    "newline": (r'bootargs = "console=ttyS0\npw=SECRET\x0bpw=SECRET root=SECRET\xa0SECRET";',
                "console=ttyS0\npw="),
    "backslash": (r'bootargs = "console=ttyS0 pw=a\\\\nSECRET\\\\ -n %s SECRET";',
                  "console=ttyS0 pw="),
    "non-ASCII": (r'bootargs = "console=ttyS0 pw=\xc3\xbcSECRET\xa0SECRET quiet";',
                  "console=ttyS0 pw="),
    "list": ('bootargs = "console=ttyS0", "pw=SECRET", "quiet";', "\0quiet\0"),
    "vendor's": ('vendor,bootargs-ext = "quiet pw=SECRET";', "quiet pw="),
    "mac as text elsewhere": ('note = "a", "b 48:B0:2D:AA:BB:CC z";', "a\0b "),
    "uuid as text elsewhere": ('note = "0e4b1b4a-6f2e-4b0b-8f0a-5d5b5a5c5d5e";', None),
    "identities": (" ".join(f'{name} = "SECRET of {name}";' for name in (
        "rpi-duid", "nvidia,bluetooth-mac", "nvidia,ether-mac", "nvidia,wifi-mac", "ecid",
        "boot_serial", "qcom,board-sn", "mac", "mac0", "mac-addr0", "psk", "ssid", "wlan-key",
        "rpi-serial64", "serial", "serial#", "serial-number", "serialno", "local-bd-address",
        "kaslr-seed", "host-name", "chip-id")), None),
}
SECRET_BYTES = rb"SECRET[ a-z0-9,#_-]*|48:B0|0e4b1b4a"


def dtc(from_form, to_form, tree):
    return subprocess.run(["dtc", "-q", "-I", from_form, "-O", to_form, "-"], input=tree, check=True,
                          capture_output=True).stdout


def as_blob(properties):
    return dtc("dts", "dtb", TREE.format(properties=properties).encode())


def as_source(blob):
    """Without what /chosen has, and with the names of what it has"""
    parts = re.fullmatch(r"(.*)\tchosen {\n(.*?)\t};\n(.*)", dtc("dtb", "dts", blob).decode(),
                         re.DOTALL)
    return parts[1], re.findall(r"^\t\t([^ ;]+)", parts[2], re.MULTILINE), parts[3]


def test_a_trees_secrets_are_overwritten_and_the_tree_stays(run_among):
    for name, (properties, kept) in PROPERTIES.items():
        blob = as_blob(properties)
        fdt = run_among({"/sys/firmware/fdt": blob}, dmesg=shown(WHOLE))["fdt"]
        assert re.findall(SECRET_BYTES, fdt) == [], name
        assert kept is None or kept.encode() in fdt, name
        assert len(fdt) == len(blob) and as_source(fdt) == as_source(blob), name


def test_what_a_tree_has_behind_its_end_is_overwritten(run_among):
    blob = as_blob("")
    left = b"pw=SECRET\0"
    blob = blob[:4] + (len(blob) + len(left)).to_bytes(4, "big") + blob[8:]
    fdt = run_among({"/sys/firmware/fdt": blob + left}, dmesg=shown(WHOLE))["fdt"]
    assert fdt == blob + bytes(len(left))


def test_a_tree_is_whole_where_all_is_asked_for(run_among):
    blob = as_blob(PROPERTIES["list"][0])
    assert run_among({"/sys/firmware/fdt": blob}, "--all", dmesg=shown(WHOLE))["fdt"] == blob


def test_a_command_line_of_two_lines_is_overwritten(run_among):
    line = "   console=ttyS0 pw=abc\nquiet pw=def root=ghi\x0bpw=jkl mno"
    log = [*WHOLE[:2], f"<5>[    0.000000] Kernel command line: {line.splitlines()[0]}",
           "<5>[    0.000000] " + line.split("\n")[1], *WHOLE[2:]]
    found = run_among({"/proc/cmdline": line + "\n"}, dmesg=shown(log))
    hidden = "   console=ttyS0 pw=xxx\nquiet pw=xxx root=xxx\x0bpw=xxx xxx"
    assert found["cmdline"].decode() == hidden + "\n"
    assert found["dmesg"].decode().split("\n") == [
        log[0], log[1].replace("a@b", "x@x"), log[2].replace("abc", "xxx"),
        log[3][:18] + hidden.split("\n")[1], *log[4:], ""]


# Lines, and what of them must not stay; what else they say stays.
NAMES = [
    ("IPv6: eth0: IPv6 duplicate address {} used by {} detected!",
     "2001:db8:1:0:5054:ff:fe12:3456", "52:54:00:12:34:56"),
    ("IPv6: eth0: IPv6 duplicate address {} used", "fe80::5054:ff:fe12:3456"),
    ("x: from {}%eth0 [{}]:22, addr:{}: mac:{}, {}.",
     "fe80::1", "2001:DB8::a", "fe80::2", "fe80::3", "64:ff9b::"),
    ("x: to {}:{}, {}:eth0 {}/64", "::ffff", "10.1.2.3", "fe80::4", "2001:db8::"),
    ("[UFW BLOCK] IN=eth0 OUT= MAC={} SRC={} DST={} LEN=72",
     "52:54:00:12:34:56:66:77:88:99:aa:bb:86:dd", "fe80:0000:0000:0000:5054:00ff:fe12:3456",
     "2001:0db8:0000:0000:0000:0000:0000:0001"),
    ("ib0: {}", "80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:11:22:33"),
    ("audit: type=1112 audit(1700000000.1:5): {}",
     "pid=5 msg='op=login acct=\"alice\" hostname=laptop addr=10.1.2.3 cma: terminal=ssh [mem x'"),
    ("type=1400 audit(1700000000.1:5): {}", "avc:  denied  { read } name=\"of alice\""),
    ("x: acct={} hostname={} user={}, ssid={}; psk={}",
     '"alice b"', "laptop.alice", "alice", "'a b'", "geheim"),
    ("     host={}, domain={}, nis-domain={}", "alicebox", "alice.example", "(none"),
    ("     bootserver={}, rootserver={}, rootpath={}", "10.0.0.1", "10.0.0.2", "/home/alice"),
    ("nfs: server {} not responding, timed out", "nas.alice.example"),
    ("NFS: Server {} reports x; lockd: cannot monitor {}", "nas", "nas2"),
    ("CIFS: Attempting to mount \\\\{}", "fileserver\\alice"),
    ("CIFS: VFS: //{} failed, see https://kernel.org/x", "fileserver/alice"),
    ("scsi: iqn.{} iqn.{}", "2004-10.com.alice:storage", "x"),
    ("BTRFS: device label {} devid 1 transid 2 /dev/sda1", "ALICE"),
    ("input: {} as /devices/virtual/input/input5", "Alice's AirPods (AVRCP)"),
    ("input: {} as /devices/platform/soc/1.usb/usb1/1-1/input/input6", "Alice's keys"),
    ("hid-generic 0005:05AC:0239.1: input,hidraw0: BLUETOOTH HID v0.50 Keyboard [{}] on {}",
     "Alice's [keys", "5c:f3:70:12:34:56"),
    ("usb 1-1.2: Product: {}", "Alice's iPad"),
    ("integrity: Loaded X.509 cert '{}'", "Alice's key: 0123456789abcdef"),
    ("usb 1-1.2: SerialNumber: {}", "ABC 123"),
    ("mmc0: new; Chip serial: {}", "0xDEADBEEF77"),
    ("x: serial no {}", "12345678"), ("x: Serial No. {}", "1 2"), ("x SN: {}", "FOO1234"),
    ("x: S/N {}", "FOO12"), ("Serial: {}", "00000000deadbeef"), ("x: SSID {}", "'AliceHome'"),
    ("x: IMEI: {}", "123456789012345"),
]
PLAIN = [
    "OF: reserved mem: 0x0000000088000000..0x000000008800ffff (64 KiB) nomap non-reusable "
    "fe80@88000000",
    "Reserved memory: created CMA memory pool at 0x0000000088000000, size 16 MiB",
    "OF: fdt: Reserved memory: failed to reserve memory for node 'a@88000000': base 0x88000000, "
    "size 4 MiB",
    "memblock_reserve: [0x0000000088000000-0x000000008800ffff] host=a domain=b serial: c",
    "  node   0: [mem 0x0000000080000000-0x00000000bfffffff]",
    "a@88000000 (0x88000000--0x8800ffff) overlaps with fe80@88008000 (0x88008000--0x88010000)",
    "Unable to handle kernel paging request at virtual address fffffe8000000000",
    "x29: ffff800008000000 x28: 000000000000fe80 x27: 0000000000000000",
    "c0a03ea0: 00000000 fe80fe80 00000001", "Code: d503201f fe80fe80 (d4210000)",
    "pci 0000:00:00.0: [1b36:0008] type 00 class 0x060000", "serial 00:05: activated",
    "rtc-pl031 9010000.pl031: setting system clock to 2026-11-28T08:00:00 UTC (1795939200)",
    "input: gpio-keys as /devices/platform/gpio-keys/input/input0", "led: input3::capslock phy0::a",
    "fe660000.serial: ttyS0 at MMIO 0xfe660000 (irq = 1, base_baud = 1500000) is a 16550A",
    "Serial: AMBA PL011 UART driver", "msm_serial: driver initialized",
    "core::fmt::Arguments at a::x",
    "audit: type=2000 audit(0.036:1): state=initialized audit_enabled=0 res=1",
    "NetLabel:  domain hash size = 128",
    "Loaded X.509 cert 'Build time autogenerated kernel key: 0123456789abcdef'",
    "software IO TLB: mapped [mem 0x00000000fbfff000-0x00000000fffff000]",
    "reserved_mem_probe: region name=a@88000000 available=1 found=1 base=0x88000000 "
    "phandle=0x8044 ops=none",
    "efi:   0x000047f8a000-0x000047f91fff [Runtime Data|RUN|  |  |  |  |  |  |  |   |WB|WT|WC|UC]",
]


def test_lines_of_the_kernels_that_name_a_person(run_among):
    time = "<6>[    1.000000] "
    lines = [time + line.format(*names) for line, *names in NAMES]
    found = run_among({}, dmesg=shown([WHOLE[1], *lines]))
    expected = [time + line.format(*["x" * len(name) for name in names]) for line, *names in NAMES]
    assert found["dmesg"].decode().splitlines()[1:] == expected


def test_lines_that_name_nobody_stay(run_among):
    lines = [f"<6>[    1.000000] {line}" for line in PLAIN]
    found = run_among({}, dmesg=shown([WHOLE[1], *lines]))
    assert found["dmesg"].decode().splitlines()[1:] == lines


def test_recorded_logs_stay(run_among):
    """But for what names who has built the kernel, and words of the command line"""
    logs = sorted((KIT / "selftests/recorded").glob("*/*/evidence/dmesg"))
    assert len(logs) > 20
    lines = [line for log in logs for line in log.read_text().splitlines()]
    found = run_among({}, dmesg=f"cat {' '.join(map(str, logs))}")["dmesg"].decode().splitlines()
    assert len(found) == len(lines)
    may_change = r"Linux version |ommand line|^<\d+>\[ *[\d.]+\](\[.*?\])?     \S"
    changed = [(old, new) for old, new in zip(lines, found)
               if old != new and not re.search(may_change, old)]
    assert [pair for pair in changed if int(re.match(r"<(\d+)>", pair[0])[1]) < 8] == []


def test_an_archive_may_come_from_standard_input(rmemcheck, captured):
    with open(captured("patched")[0], "rb") as file:
        result = subprocess.run(rmemcheck.command("judge", "-"), stdin=file, text=True,
                                capture_output=True, env=rmemcheck.environment)
    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("standard input  pass")


def test_what_is_no_archive_is_refused(rmemcheck, tmp_path):
    text = tmp_path / "text"
    text.write_text("no archive at all\n" * 100)
    assert_refused(rmemcheck("judge", text), 2, text, "expected a tar archive")
    empty = tmp_path / "empty"
    empty.touch()
    assert_refused(rmemcheck("judge", empty), 2, empty, "it is empty")
    assert_refused(rmemcheck("judge", tmp_path / "none"), 2, "none", "No such file")
    assert_refused(rmemcheck("judge"), 2, "--log")
    assert_refused(rmemcheck("judge", pack(tmp_path / "other.tar.gz", {"file": b"x"})), 2,
                   "manifest")
    manifest = b"rmemcheck-capture\t1\nfile\tiomem\n"
    assert_refused(rmemcheck("judge", pack(tmp_path / "short.tar.gz", {"manifest": manifest})), 2,
                   "evidence/iomem")
    without = {"manifest": manifest, "evidence/iomem": b"0-1 : x\n"}
    assert_refused(rmemcheck("judge", pack(tmp_path / "no-log.tar.gz", without)), 2, "kernel log")


def test_an_archive_that_is_cut_short_is_refused(rmemcheck, captured, tmp_path):
    whole = captured("patched")[0].read_bytes()
    for part in (10, len(whole) // 2, len(whole) - 20):
        cut = tmp_path / "cut.tar.gz"
        cut.write_bytes(whole[:part])
        assert_refused(rmemcheck("judge", cut), 2, cut)
    plain = gzip.decompress(whole)
    cut.write_bytes(plain[:len(plain) // 2])
    assert_refused(rmemcheck("judge", cut), 2, cut)


@pytest.mark.parametrize("name, kind", [
    ("/etc/passwd", tarfile.REGTYPE), ("../../escape", tarfile.REGTYPE),
    ("rmemcheck-capture/link", tarfile.SYMTYPE), ("rmemcheck-capture/hard", tarfile.LNKTYPE),
    ("rmemcheck-capture/device", tarfile.CHRTYPE), ("rmemcheck-capture/pipe", tarfile.FIFOTYPE)])
def test_what_strangers_may_hide_in_an_archive_is_refused(rmemcheck, tmp_path, name, kind):
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo(name)
        info.type = kind
        info.linkname = "/etc/passwd"
        tar.addfile(info)
    assert_refused(rmemcheck("judge", path), 2, name, "expected")


def test_a_bomb_is_refused(rmemcheck, tmp_path):
    path = tmp_path / "bomb.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        info = tarfile.TarInfo("rmemcheck-capture/manifest")
        info.size = 200 << 20
        tar.addfile(info, open("/dev/zero", "rb"))
    assert_refused(rmemcheck("judge", path), 2, "at most")


def test_without_root_nothing_is_captured():
    nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    result = subprocess.run([*nobody, "sh", "-s"], cwd="/tmp", text=True, capture_output=True,
                            input=SCRIPT.read_text())
    assert result.returncode == 1
    assert "expected root" in result.stderr
