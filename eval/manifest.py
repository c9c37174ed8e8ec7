"""What a set of measurements was made with. No machine paths and no names of people or hosts."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1
_PACKAGES = ("firstlight", "pydantic", "numpy", "onnxruntime", "bm25s", "openai")


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Host(_Facts):
    """The machine, as far as it explains a time."""

    system: str
    machine: str
    cpu: str
    cores: int
    memory_gb: float
    load_before: tuple[float, float, float] | None
    """Load averages over 1, 5 and 15 minutes; None where the system has none."""
    load_after: tuple[float, float, float] | None = None


class Planned(_Facts):
    """One run of the set, in the order in which they were made."""

    run_id: str
    prompt_id: str
    rep: int
    """Which repetition, which is also the block in which the order was drawn: 1, 2 ..."""


class Manifest(_Facts):
    """`manifest.json`."""

    schema_version: int = SCHEMA_VERSION
    created_at: str
    """UTC, ISO 8601."""
    label: str
    suite: str
    prompts: dict[str, str]
    """Id -> text."""
    tags: dict[str, tuple[str, ...]] = {}
    agent: str
    model: str = ""
    pace: str = ""
    """A simulated pace; empty: as it is."""
    transport: str = "in process, read from the event log"
    reps: int
    warmup: int
    seed: int
    deadline_s: float
    pause_s: float
    tau_s: float
    complete: bool
    """All planned runs were made."""
    runs: tuple[Planned, ...]
    versions: dict[str, str]
    git: str
    """The commit that the code was at, with `+` where files had changed; empty outside a checkout."""
    host: Host

    @property
    def planned(self) -> int:
        """How many runs were to be made."""
        return self.reps * len(self.prompts)


def versions() -> dict[str, str]:
    """Python's version and those of the packages that a run's time depends on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def host() -> Host:
    import psutil

    return Host(
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
        load_before=load(),
    )


def load() -> tuple[float, float, float] | None:
    try:
        return os.getloadavg()
    except (AttributeError, OSError):
        return None


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def git_commit() -> str:
    """The checkout's commit; empty where there is no git, no checkout or no commit."""
    here = Path(__file__).parent
    try:
        commit = _git(here, "rev-parse", "--short=12", "HEAD")
        changed = _git(here, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return ""
    return commit + ("+" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout.strip()
