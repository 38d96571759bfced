"""Files that are written whole or not at all.

What is being written is called a draft: a file next to the target, with its name and a random
ending, that takes the target's place in one step. Its writer holds a lock on it, which the system
takes back when the process dies: so a draft without a lock was abandoned, and may go.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
from typing import IO

if sys.platform != "win32":
    import fcntl

# What to do about an error that the system's words leave open.
_ADVICE = {
    errno.ENOSPC: "nothing was changed; make room, or write somewhere else",
    errno.EDQUOT: "nothing was changed; make room, or write somewhere else",
    errno.EROFS: "nothing was changed; write somewhere else",
    errno.EACCES: "nothing was changed; write where you may",
    errno.EPERM: "nothing was changed; write where you may",
}


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data`` to ``path``: whoever reads it sees the old file or the new one, never half.

    A file that was there keeps its permissions, a link stays a link. A device or a pipe is written
    to as it is. Drafts that killed processes left of this file are removed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(folder + "/a.txt", b"hello")
    ...     os.listdir(folder)
    ['a.txt']

    Raises
    ------
    OSError
        which names ``path``; what was there before is unchanged.
    """
    name = file_name(path)
    try:
        target = os.path.realpath(name)  # a link stays a link
        before = os.stat(target) if os.path.exists(target) else None
        if before is None or stat.S_ISREG(before.st_mode):
            with contextlib.suppress(OSError):  # a folder may be writable and not readable
                _clear(target)  # first: they may be what fills the disk
            _replace(target, before, data)
        else:
            with open(target, "wb") as file:  # /dev/stdout, say; of a folder an error
                file.write(data)
    except OSError as error:  # the user knows of no draft, and a full disk has no name at all
        said = error.strerror or str(error)
        advice = f" ({_ADVICE[error.errno]})" if error.errno in _ADVICE else ""
        raise OSError(error.errno, said + advice, name) from error


def file_name(path: str | os.PathLike[str]) -> str:
    """The path as a text that a file can be called."""
    name: str = os.fsdecode(path)
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        raise ValueError(
            f"no file can be called {name!r}: it has half a character (a lone surrogate) in it; "
            "choose another name"
        ) from None
    if "\0" in name:
        raise ValueError(f"no file can be called {name!r}: it has a null character in it")
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
            if sys.platform == "win32":
                file.close()  # an open file cannot be renamed there
            os.replace(draft, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
    with contextlib.suppress(OSError):  # not every system can; the file is there all the same
        _sync(os.path.dirname(target))


def _begun(target: str, mode: int) -> tuple[str, IO[bytes]]:
    """A new draft, and its name; it is locked while it is open."""
    while True:
        draft = f"{target}.{secrets.token_hex(4)}.part"
        # Not tempfile: its files are readable by their owner only, and a new file keeps the umask.
        file = open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode))  # noqa: SIM115
        if _locks(file.fileno(), otherwise=True) and os.path.exists(draft):
            return draft, file
        file.close()  # somebody cleared it away before it was locked


def _make_alike(draft: str, before: os.stat_result) -> None:
    """Give a draft the owner and the permissions of the file that it replaces."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # only root may give files away
            os.chown(draft, before.st_uid, before.st_gid)
    os.chmod(draft, stat.S_IMODE(before.st_mode))


def _clear(target: str) -> None:
    """Remove the drafts of this file that nobody is writing any more."""
    folder, name = os.path.split(target)
    is_draft = re.compile(re.escape(name) + r"\.[0-9a-f]{8}\.part").fullmatch
    for draft in filter(is_draft, os.listdir(folder)):
        with contextlib.suppress(OSError):
            _remove_abandoned(os.path.join(folder, draft))


def _remove_abandoned(draft: str) -> None:
    if sys.platform == "win32":
        os.unlink(draft)  # refused while somebody has it open
        return
    handle = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if _locks(handle, otherwise=False):
            os.unlink(draft)
    finally:
        os.close(handle)


def _locks(handle: int, *, otherwise: bool) -> bool:
    """Lock an open file; whether nobody else had. ``otherwise`` where files cannot be locked."""
    if sys.platform == "win32":
        return otherwise
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return otherwise
    return True


def _sync(folder: str) -> None:
    """Have the system write down that a file got another name."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
