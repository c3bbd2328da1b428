# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of the kit with something changed: another series, more configuration."""
import pathlib
import shutil

from kit import KIT

PARTS = ("patches", "machines", "kmod", "guest", "selftests/cases", "Kconfig.fragment")


def series_patches(kit, series):
    """The patches of a series in order, the cover letter left out."""
    return sorted(patch for patch in (kit / "patches" / series).glob("*.patch")
                  if not patch.name.startswith("0000-"))


def kit_with(folder, *, series="v6.1", extra_patches=(), upto=None, config=()):
    """A kit in `folder`, for "rmemcheck --kit FOLDER"; what was there goes.

    series         the folder of patches/ that is changed
    upto           only so many patches of it, 0 for none
    extra_patches  files as git diff writes them, applied after those, in this order; git apply
                   finds their lines by context, wherever the series has moved them to
    config         more lines of Kconfig.fragment, for every machine
    """
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (KIT / part).is_dir() else shutil.copy)(KIT / part, target)
    if upto is not None:
        for patch in series_patches(folder, series)[upto:]:
            patch.unlink()
    for number, patch in enumerate(extra_patches, start=9000):
        patch = pathlib.Path(patch)
        shutil.copy(patch, folder / "patches" / series / f"{number}-{patch.name}")
    with (folder / "Kconfig.fragment").open("a") as fragment:
        fragment.writelines(line + "\n" for line in config)
    return folder
