# SPDX-License-Identifier: GPL-2.0-or-later
"""What results in the cache are found by."""
import pytest

from kit import content_key


def test_a_key_is_of_words_and_of_what_is_in_files(tmp_path):
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("one")
    folder.mkdir()
    key = content_key(["a", "b"], [file])
    assert content_key(["a", "b"], [file, folder]) == key
    assert content_key(["ab"], [file]) != key
    file.write_text("two")
    assert content_key(["a", "b"], [file]) != key
    with pytest.raises(FileNotFoundError):
        content_key(["a", "b"], [tmp_path / "gone"])
