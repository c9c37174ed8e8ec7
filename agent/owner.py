"""Which process drives a run, and whether that process still lives.

A process holds a lock file for as long as it lives; the system releases it even after kill -9.
"""

import secrets
from pathlib import Path

from filelock import FileLock, Timeout


class Owner:
    """This process, to the others that use the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = secrets.token_hex(8)
        self._lock = FileLock(folder / f"{self.name}.lock", thread_local=False)

    def claim(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire(blocking=False)

    def release(self) -> None:
        if self._lock.is_locked:
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def is_alive(self, name: str) -> bool:
        """Whether the process that is called `name` still holds its lock."""
        if name == self.name:
            return True
        path = self._folder / f"{name}.lock"
        if not path.exists():
            return False
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return True
        lock.release()
        path.unlink(missing_ok=True)
        return False
