"""How far the screen is behind the agent: our pages beside the naive ones, in real Chromium, in the same run.

Every page shows the same tokens. Lag is counted from the moment at which a token was due, so a page
that holds its source back does not look fast. The paint is estimated as in paint.js; the clocks of
browser and server are compared for each answer.
"""

import importlib.metadata
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from string import ascii_letters
from tempfile import TemporaryDirectory
from time import monotonic

from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from eval.bench.page_rows import Cost, Feedback, Result, Row, middle, row
from eval.bench.page_servers import Contender, NotStarted, Server, serving
from eval.bench.paint import Viewer, browser_cpu_s, chromium
from eval.bench.token_source import Order, Stamps

PATIENCE_S = 240.0
"""How far a page may fall behind before its answer is given up."""
QUIET_S = 2.0
"""The agents of the first-feedback questions say nothing for so long."""


@dataclass(frozen=True)
class Plan:
    answers: tuple[tuple[int, float], ...] = ((5_000, 50.0), (3_000, 200.0))
    """Tokens, and how many a second."""
    questions: int = 20
    """For the median of the first feedback, after the first question."""
    blocked: int = 5
    """The same with an agent that blocks the event loop."""
    reps: int = 1


QUICK = Plan(answers=((600, 50.0), (600, 200.0)), questions=6, blocked=2)


def measure(contenders: Sequence[Contender], plan: Plan, say: Callable[[str], None]) -> Result:
    """Measures the pages one after the other, each repetition in a fresh server. Raises NoChromium."""
    rows: list[Row] = []
    feedback: dict[Contender, _Heard] = {contender: _Heard() for contender in contenders}
    failures: list[str] = []
    with chromium() as browser:
        for rep in range(1, plan.reps + 1):
            for contender in contenders:
                try:
                    with _visit(browser, contender, say) as visit:
                        feedback[contender].add(visit, plan, rep)
                        for tokens, rate in plan.answers:
                            rows.append(visit.answer(tokens, rate, rep))
                except (NotStarted, PlaywrightError) as error:
                    failures.append(f"{contender.name}: {error}")
                    say(failures[-1])
        versions = {"chromium": browser.version}
    versions |= {name: importlib.metadata.version(name) for name in ("gradio", "streamlit", "playwright")}
    heard = tuple(heard.summary(contender) for contender, heard in feedback.items())
    return Result(rows=tuple(rows), first_feedback=heard, failures=tuple(failures), versions=versions)


@dataclass
class _Heard:
    """First feedbacks of a page, in milliseconds."""

    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    blocked: list[float] = field(default_factory=list)

    def add(self, visit: "_Visit", plan: Plan, rep: int) -> None:
        """Repetitions repeat the first question only: it is the one that there is once a server."""
        first, *later = visit.feedback(1 if rep > 1 else 1 + plan.questions)
        self.first.append(first)
        self.later += later
        if rep == 1:
            self.blocked += visit.feedback(plan.blocked, blocking=True)

    def summary(self, contender: Contender) -> Feedback:
        return Feedback(
            name=contender.name,
            page=contender.page,
            n=len(self.later),
            median_ms=middle(self.later),
            worst_ms=middle([max(self.later)]) if self.later else None,
            first_question_ms=middle(self.first),
            blocking_n=len(self.blocked),
            blocking_median_ms=middle(self.blocked),
        )


@contextmanager
def _visit(browser: Browser, contender: Contender, say: Callable[[str], None]) -> Iterator["_Visit"]:
    with TemporaryDirectory(prefix="firstlight-bench-", ignore_cleanup_errors=True) as folder:
        say(f"{contender.name}: starting")
        with serving(contender, Path(folder)) as server:
            yield _Visit(browser, server, say)


class _Visit:
    """What is done on one page of one server."""

    def __init__(self, browser: Browser, server: Server, say: Callable[[str], None]) -> None:
        self._browser, self._server, self._contender, self._say = browser, server, server.contender, say
        self._series: Iterator[str] = cycle(f"Z{letter}" for letter in ascii_letters)

    def feedback(self, n: int, *, blocking: bool = False) -> list[float]:
        """Milliseconds from Enter to the first feedback for `n` questions in one session; infinite: none came."""
        found: list[float] = []
        viewer = Viewer(self._browser, self._server.url)
        try:
            for _ in range(n):
                order = Order(next(self._series), 5, 50.0, QUIET_S, blocking)
                viewer.ask(order.question, order.series)
                self._until_painted(viewer, order)
                viewer.rest()
                seen = viewer.painted()
                found.append(math.inf if seen.feedback is None else (seen.feedback - seen.enter) * 1000)
        finally:
            viewer.close()
        kind, times = "blocking" if blocking else "silent", " ".join(f"{ms:.0f}" for ms in found)
        self._say(f"{self._contender.name}: first feedback with a {kind} agent: {times or '-'} ms")
        return found

    def answer(self, tokens: int, rate: float, rep: int) -> Row:
        """One long answer to a fresh visitor."""
        self._server.wait_for_all()
        order = Order(next(self._series), tokens, rate)
        viewer = Viewer(self._browser, self._server.url)
        try:
            if self._contender.ours:
                viewer.choose_no_pace()
            viewer.rest()
            server_cpu, browser_cpu = self._server.cpu_s(), browser_cpu_s(self._browser)
            viewer.ask(order.question, order.series)
            self._until_painted(viewer, order)
            viewer.rest()
            cost = Cost(
                bytes=viewer.traffic.data,
                asset_bytes=viewer.traffic.assets,
                server_cpu_s=round(self._server.cpu_s() - server_cpu, 2),
                browser_cpu_s=round(browser_cpu_s(self._browser) - browser_cpu, 2),
                loadavg=round(os.getloadavg()[0], 2),
            )
            painted = viewer.painted()
        finally:
            viewer.close()
        made = row(self._contender.name, self._contender.page, rep, order, self._stamps(order.series), painted, cost)
        self._say(f"{made.name}: {tokens} at {rate:g}/s: p99 {made.p99_ms} ms, last {made.last_ms} ms")
        return made

    def _until_painted(self, viewer: Viewer, order: Order) -> None:
        give_up = monotonic() + order.quiet_s + order.tokens / order.rate + PATIENCE_S
        said = monotonic()
        while (newest := viewer.newest()) < order.tokens - 1 and monotonic() < give_up:
            if monotonic() - said > 10:
                said = monotonic()
                self._say(f"{self._contender.name}: {newest + 1} of {order.tokens} at {order.rate:g}/s are painted")
            viewer.page.wait_for_timeout(250)

    def _stamps(self, series: str) -> Stamps | None:
        file = self._server.stamps / f"{series}.json"
        if not file.exists():
            return None
        stamps = Stamps.load(file)
        file.unlink()
        return stamps
