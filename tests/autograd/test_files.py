import errno
import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from autograd.files import _begun, write_whole

ON_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")

# A writer that says when its draft lies there, and then waits to be killed.
KILLED = """
import os, sys, time
from autograd.files import write_whole
def wait(handle):
    print("written", flush=True)
    time.sleep(600)
os.fsync = wait
write_whole(sys.argv[1], b"half")
"""


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


@ON_POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755, 0o444])
def test_a_file_that_was_there_keeps_its_permissions(tmp_path, mode):
    """And the draft is never readable by more people than the file."""
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_whole(path, b"new")

    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() == b"new"


@ON_POSIX
def test_the_draft_of_a_private_file_is_private(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(0o600)
    modes = []
    chmod = os.chmod

    def watched(draft, mode):
        modes.append(stat.S_IMODE(os.stat(draft).st_mode))
        chmod(draft, mode)

    monkeypatch.setattr(os, "chmod", watched)
    write_whole(path, b"new")

    assert modes == [0o600]


def test_what_a_killed_writer_left_is_removed_by_the_next_after_ten_minutes(tmp_path):
    """And nothing else: no draft of another file, no file that is only called like one."""
    others = ["a.svg.part", "b.svg.0123abcd.part", "a.svg.0123abcd.part.txt", "a.svg.0123.part"]
    for name in others:
        (tmp_path / name).write_bytes(b"")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "a.svg")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "written\n"
    process.kill()
    process.communicate()

    assert len(os.listdir(tmp_path)) == len(others) + 1
    for name in os.listdir(tmp_path):
        os.utime(tmp_path / name, times=(0.0, time.time() - 601.0))
    write_whole(tmp_path / "a.svg", b"new")
    assert sorted(os.listdir(tmp_path)) == sorted([*others, "a.svg"])


def test_the_draft_of_a_living_writer_stays(tmp_path):
    draft, file = _begun(str(tmp_path / "a.svg"), 0o600)
    with file:
        write_whole(tmp_path / "a.svg", b"new")

        assert sorted(os.listdir(tmp_path)) == sorted(["a.svg", os.path.basename(draft)])


@pytest.mark.parametrize("name", ["[ab].svg", "a*.svg", "?"])
def test_names_that_would_be_patterns_clear_nothing_else(tmp_path, name):
    other = tmp_path / "a.svg.0123abcd.part"
    other.write_bytes(b"")
    os.utime(other, times=(0.0, 0.0))
    write_whole(tmp_path / name, b"new")

    assert sorted(os.listdir(tmp_path)) == sorted([name, other.name])


def test_many_writers_of_one_file_do_not_disturb_each_other(tmp_path):
    path, failed = tmp_path / "a", []

    def write(letter):
        try:
            for _ in range(30):
                write_whole(path, letter * 1000)
        except OSError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=[letter]) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert path.read_bytes() in {b"a" * 1000, b"b" * 1000, b"c" * 1000}
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_an_error_names_the_file_that_was_asked_for(tmp_path, monkeypatch, moment, code):
    path = tmp_path / "a.svg"

    def fails(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, moment, fails)
    with pytest.raises(OSError, match=os.strerror(code)) as caught:
        write_whole(path, b"one")

    assert type(caught.value) is type(OSError(code, ""))
    assert (caught.value.errno, caught.value.filename) == (code, str(path))
    assert os.listdir(tmp_path) == []


def test_a_full_disk_says_what_to_do(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"\(nothing was changed; make room, or write somewhere else"):
        write_whole(tmp_path / "a.svg", b"one")


@ON_POSIX
def test_the_folder_is_synced_after_the_file_got_its_name(tmp_path, monkeypatch):
    seen = []

    def sync(handle):
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        seen.append((kind, os.path.exists(tmp_path / "a")))
        if kind == "folder":
            raise OSError(errno.EINVAL, "not every system can")

    monkeypatch.setattr(os, "fsync", sync)
    write_whole(tmp_path / "a", b"one")

    assert seen == [("file", False), ("folder", True)]


@pytest.mark.parametrize("name", ["a\ud800.svg", "\udfff", "a\0b"])
def test_a_name_that_no_file_can_have(tmp_path, name):
    with pytest.raises(ValueError, match=r"no file can be called .*: it contains "):
        write_whole(f"{tmp_path}/{name}", b"one")

    assert os.listdir(tmp_path) == []


@ON_POSIX
def test_names_as_bytes_and_bytes_that_are_no_text(tmp_path):
    write_whole(os.fsencode(tmp_path) + b"/a", b"one")
    write_whole(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"), b"two")

    assert sorted(os.listdir(os.fsencode(tmp_path))) == [b"a", b"\xff"]


@ON_POSIX
def test_a_device_is_written_to_and_stays_one():
    write_whole(os.devnull, b"one")

    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(OSError, match=r"s a directory|denied") as caught:
        write_whole(tmp_path, b"one")

    assert caught.value.filename == str(tmp_path)
