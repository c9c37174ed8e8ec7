"""`/metrics` for Prometheus: what the runs of this process were like, read from their logs once they have ended.

Histograms have the names and buckets of the OpenTelemetry conventions for generative AI
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/), written as Prometheus writes them.
"""

import asyncio
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from agent.entries import Entry
from agent.log import EventLog
from agent.metrics import measure
from agent.run import Runner
from apps.threads import in_thread

OPERATIONS = {"interpreting": "plan", "retrieving": "retrieval", "running_tool": "execute_tool", "generating": "chat"}
"""Our steps under the convention's names of operations; another step keeps its own."""
FIRST_TOKEN = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
OPERATION = tuple(0.01 * 2**k for k in range(14))
AGENT = tuple(0.1 * 2**k for k in range(13))


class Metrics:
    """Counts what runs were like. Lives on the event loop."""

    def __init__(self, runner: Runner, log: EventLog, readers: Callable[[], int]) -> None:
        self.registry = registry = CollectorRegistry()
        self._log = log
        self._reading: set[asyncio.Task[None]] = set()
        self._runs = Counter("firstlight_runs", "Runs that have ended", ["outcome"], registry=registry)
        self._events = Counter("firstlight_events", "Events of ended runs", ["type"], registry=registry)
        running = Gauge("firstlight_running", "Runs that go on", registry=registry)
        running.set_function(lambda: len(runner.running()))
        Gauge("firstlight_readers", "Connections that follow a run", registry=registry).set_function(readers)
        healthy = Gauge("firstlight_log_ok", "1 while the event log can store", registry=registry)
        healthy.set_function(lambda: log.health == "ok")
        first, said = "gen_ai_server_time_to_first_token_seconds", "From the question to the first token"
        self._first_token = Histogram(first, said, buckets=FIRST_TOKEN, registry=registry)
        whole, said = "gen_ai_invoke_agent_duration_seconds", "From the question to the end"
        self._whole = Histogram(whole, said, ["error_type"], buckets=AGENT, registry=registry)
        step, said = "gen_ai_client_operation_duration_seconds", "Time in which a step was running"
        labels = ["gen_ai_operation_name", "step"]
        self._steps = Histogram(step, said, labels, buckets=OPERATION, registry=registry)
        runner.on_end.append(self._ended)

    def _ended(self, run_id: str) -> None:
        task = asyncio.create_task(self._read(run_id))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, run_id: str) -> None:
        await self._log.flush(run_id)
        entries = await self._log.read(run_id)
        await in_thread(lambda: self.observe(entries))

    def observe(self, entries: Sequence[Entry]) -> None:
        """Counts a run that has ended."""
        row = measure(entries)
        outcome = str(row["outcome"])
        self._runs.labels(outcome).inc()
        for entry in entries:
            self._events.labels(entry.type).inc()
        if (first := row["ttft"]) is not None:
            self._first_token.observe(float(first) / 1000)
        if (ended := row["ended"]) is not None:
            self._whole.labels("" if outcome == "completed" else outcome).observe(float(ended) / 1000)
        for name, ms in row.items():
            if name.startswith("stage_wall_") and ms is not None:
                step = name.removeprefix("stage_wall_")
                self._steps.labels(OPERATIONS.get(step, step), step).observe(float(ms) / 1000)
