"""For all tests: no network, no key, no data folder of the user's; and the event logs."""

import importlib.util
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from agent.log import EventLog, MemoryLog
from agent.run import Runner
from agent.sqlite_log import SqliteLog

OFFLINE = Path(__file__).parent / "offline"
REFUSED = Path(tempfile.gettempdir()) / f"firstlight-refused-{os.getpid()}"
"""The network calls that the switch refused, also those whose error was swallowed."""
SHARED = Path(__file__).parents[2] / "shared"


def _switch_the_network_off() -> None:
    spec = importlib.util.spec_from_file_location("offline_switch", OFFLINE / "sitecustomize.py")
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    inherited = os.environ.get("PYTHONPATH")
    os.environ["FIRSTLIGHT_REFUSED"] = str(REFUSED)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(OFFLINE), *([inherited] if inherited else [])])
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AGENT"):
        os.environ.pop(name, None)


_switch_the_network_off()
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.fixture(scope="session", autouse=True)
def _no_data_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRSTLIGHT_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def warm() -> None:
    """What the built-in agent's first question loads is loaded."""
    from agent.research.agent import warm_up

    warm_up()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test."""
    folder = tmp_path / "data"
    monkeypatch.setenv("FIRSTLIGHT_DATA", str(folder))
    return folder


def refused() -> list[str]:
    """The refused network calls since the last look."""
    calls = REFUSED.read_text().splitlines() if REFUSED.exists() else []
    REFUSED.unlink(missing_ok=True)
    return calls


@pytest.fixture(autouse=True)
def _no_network_call_goes_unnoticed() -> Iterator[None]:
    yield
    assert refused() == []


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
async def event_log(request: pytest.FixtureRequest, data: Path) -> AsyncIterator[EventLog]:
    """Each implementation of the log in turn."""
    log: EventLog = MemoryLog() if request.param == "memory" else SqliteLog(data)
    await log.start()
    yield log
    await log.close()


@pytest.fixture
async def sqlite_log(data: Path) -> AsyncIterator[SqliteLog]:
    log = SqliteLog(data)
    await log.start()
    yield log
    await log.close()


@pytest.fixture
async def runner() -> AsyncIterator[Runner]:
    """A Runner over a log in memory."""
    runner = Runner(MemoryLog())
    yield runner
    await runner.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public filings and questions beside the repository: absent elsewhere, and then the test is skipped."""
    folder = SHARED / "data"
    if not folder.exists():
        if os.environ.get("CI") == "true" and SHARED.exists():
            pytest.fail(f"{SHARED} is there, but it has no data")
        pytest.skip("the shared data lie beside the repository, not in it")
    return folder
