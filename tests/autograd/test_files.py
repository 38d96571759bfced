import os
import stat

import pytest

from autograd.files import write_whole


def test_a_file_is_written(tmp_path):
    write_whole(tmp_path / "a.svg", b"one")

    assert (tmp_path / "a.svg").read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["a.svg"]


def test_a_file_is_replaced(tmp_path):
    (tmp_path / "a.svg").write_bytes(b"a much longer one")
    write_whole(tmp_path / "a.svg", b"two")

    assert (tmp_path / "a.svg").read_bytes() == b"two"


def test_the_old_file_stays_when_writing_fails(tmp_path, monkeypatch):
    (tmp_path / "a.svg").write_bytes(b"old")

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        write_whole(tmp_path / "a.svg", b"new")

    assert (tmp_path / "a.svg").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.svg"]


def test_a_missing_folder_is_an_error_that_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "no" / "a.svg", b"one")

    assert os.listdir(tmp_path) == []


def test_the_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_whole(tmp_path / "ours", b"")

    assert stat.S_IMODE(os.stat(tmp_path / "ours").st_mode) == stat.S_IMODE(
        os.stat(tmp_path / "plain").st_mode
    )


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", b"new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"
