"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data`` to ``path``: whoever reads it sees the old file or the new one, never half.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(folder + "/a.txt", b"hello")
    ...     os.listdir(folder)
    ['a.txt']
    """
    target = os.path.realpath(path)  # a link stays a link
    draft = f"{target}.{secrets.token_hex(4)}.part"
    try:
        # Not tempfile: its files are readable by their owner only, and this keeps the umask.
        with open(draft, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        if isinstance(error, OSError) and error.filename == draft:  # the user knows of no draft
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise
