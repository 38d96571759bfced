"""Files that are written completely or not at all.

Data is first written to a draft: a file next to the target, with its name and a random ending. The
draft then replaces the target in one step.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import stat
import sys
import time
from typing import IO

# A draft that has not been written to for this many seconds is from a process that was killed.
_ABANDONED = 600.0

# What to do about an error, where the system's message does not say.
_ADVICE = {
    **dict.fromkeys([errno.ENOSPC, errno.EDQUOT], "make room, or write somewhere else"),
    **dict.fromkeys([errno.EROFS, errno.EACCES, errno.EPERM], "choose a place you may write to"),
}


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data`` to ``path``: a reader sees the old file or the new one, never half of one.

    An existing file keeps its permissions, and a link stays a link. A device or a pipe is written
    to directly. Drafts of this file that killed processes left behind are removed once they are
    ten minutes old.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(folder + "/a.txt", b"hello")
    ...     os.listdir(folder)
    ['a.txt']

    Raises
    ------
    OSError
        if the file cannot be written; it names ``path``, and what was there before is unchanged.
    """
    name = file_name(path)
    try:
        target = os.path.realpath(name)  # a link stays a link
        before = os.stat(target) if os.path.exists(target) else None
        if before is None or stat.S_ISREG(before.st_mode):
            _clear(target)  # first: abandoned drafts may be what fills the disk
            _replace(target, before, data)
        else:
            with open(target, "wb") as file:  # /dev/stdout, say; a folder raises
                file.write(data)
    except OSError as error:  # name the file that the user asked for, not the draft
        said = error.strerror or str(error)
        if error.errno in _ADVICE:
            said += f" (nothing was changed; {_ADVICE[error.errno]})"
        raise OSError(error.errno, said, name) from error


def file_name(path: str | os.PathLike[str]) -> str:
    """The path as a str; raises if no file can have this name."""
    name: str = os.fsdecode(path)
    found = "a null character" if "\0" in name else ""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        found = "half a character (a lone surrogate)"
    if found:
        raise ValueError(f"no file can be called {name!r}: it contains {found}; use another name")
    return name


def _replace(target: str, before: os.stat_result | None, data: bytes) -> None:
    draft, file = _begun(target, 0o666 if before is None else 0o600)
    try:
        with file:
            file.write(data)
            file.flush()
            if before is not None:
                _make_alike(draft, before)
            os.fsync(file.fileno())
        os.replace(draft, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
    with contextlib.suppress(OSError):  # not every system can do this; the file is there anyway
        _sync(os.path.dirname(target))


def _begun(target: str, mode: int) -> tuple[str, IO[bytes]]:
    """A new draft, and its name."""
    draft = f"{target}.{secrets.token_hex(4)}.part"
    # Not tempfile: only the owner can read its files, whereas a new file should follow the umask.
    return draft, open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode))


def _make_alike(draft: str, before: os.stat_result) -> None:
    """Give a draft the owner and the permissions of the file that it replaces."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # only root may change the owner
            os.chown(draft, before.st_uid, before.st_gid)
    os.chmod(draft, stat.S_IMODE(before.st_mode))


def _clear(target: str) -> None:
    """Remove the drafts of this file that killed processes left behind."""
    for draft in glob.glob(f"{glob.escape(target)}.{'[0-9a-f]' * 8}.part"):
        with contextlib.suppress(OSError):
            if os.lstat(draft).st_mtime < time.time() - _ABANDONED:
                os.unlink(draft)


def _sync(folder: str) -> None:
    """Make sure that the new name of a file is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
