# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel is configured with, and what Kconfig did not take of it."""
import pytest

import series_check
from kernel_make import KernelMake


def test_a_later_line_replaces_an_earlier_one(tmp_path):
    make = KernelMake(tmp_path, "arm64", tmp_path, ["# CONFIG_DMA_CMA is not set", "CONFIG_X=y"],
                      "no DMA_CMA")
    lines = make.config.read_text().splitlines()
    assert "CONFIG_OF=y" in lines and "CONFIG_X=y" in lines
    assert [line for line in lines if "DMA_CMA" in line] == ["# CONFIG_DMA_CMA is not set"]
    assert make.objects.name == "build-arm64-no-DMA_CMA"


@pytest.mark.parametrize("config, missed", [
    ("CONFIG_A=y\n# CONFIG_B is not set\n", []),
    ("CONFIG_A=y\n", []),
    ("# CONFIG_A is not set\n", ["CONFIG_A=y"]),
    ("CONFIG_A=y\nCONFIG_B=m\n", ["# CONFIG_B is not set"]),
])
def test_names_what_kconfig_did_not_take(tmp_path, config, missed):
    make = KernelMake(tmp_path, "arm64", tmp_path, [])
    make.objects.mkdir()
    (make.objects / ".config").write_text(config)
    assert make.missed(["CONFIG_A=y", "# CONFIG_B is not set"]) == missed


def test_a_variant_that_is_not_taken_is_not_compiled(tmp_path, monkeypatch, capsys):
    class Configured:
        returncode = 0
        stdout = ""

    class Tree:
        folder, given, all_patches = tmp_path, "", []

    compiler = series_check.Compiler(Tree, "arm", tmp_path, "odd", ["CONFIG_NO_SUCH=y"])
    compiler.objects.mkdir()
    (compiler.objects / ".config").write_text("")
    monkeypatch.setattr(compiler, "configure", Configured)
    monkeypatch.setattr(compiler, "make", lambda *words: pytest.fail("compiled all the same"))
    assert compiler.build() is None
    assert "CONFIG_NO_SUCH=y" in capsys.readouterr().err
