"""Makes the runs of a suite: one user, one question at a time, each in the real Runner, read from the log."""

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict, Field

from agent.entries import Entry
from agent.events import Input
from agent.home import open_core
from agent.metrics import TAU
from agent.pacing import paced
from agent.request import Limits, Request
from agent.run import Agent, Runner
from eval.manifest import Planned
from eval.suite import Prompt, Suite

Heard = Callable[[Planned, list[Entry]], None]
"""Is told of each measured run when it has ended."""


class Plan(BaseModel):
    """What is to be measured."""

    model_config = ConfigDict(frozen=True)

    suite: Suite
    agent: str
    """The name that the agent goes by in the log."""
    reps: int = Field(ge=1)
    warmup: int = Field(default=1, ge=0)
    seed: int = 0
    model: str = ""
    pace: str = ""
    deadline_s: float = Field(default=300, gt=0)
    pause_s: float = Field(default=0.2, ge=0)
    """Rest between two runs, in which the log's upkeep ends."""
    tau_s: float = Field(default=TAU, gt=0)

    def blocks(self) -> Iterator[tuple[int, Prompt]]:
        """Randomised complete blocks: every prompt once a repetition, in an order of its own."""
        draw = random.Random(self.seed)
        for rep in range(1, self.reps + 1):
            for prompt in draw.sample(self.suite.prompts, len(self.suite.prompts)):
                yield rep, prompt

    def request(self, prompt: Prompt, rep: int) -> Request:
        """The same seed, prompt and repetition always draw the same simulated pace."""
        seed = random.Random(f"{self.seed} {prompt.id} {rep}").getrandbits(31)
        return Request(
            question=prompt.prompt,
            model=self.model,
            pace=self.pace,
            seed=seed,
            limits=Limits(deadline=self.deadline_s, idle=self.deadline_s),
        )


async def run_plan(plan: Plan, agent: Agent, heard: Heard) -> None:
    """Makes the runs of the plan; warm-up runs are not told of.

    When it is cancelled the run under way is ended and left out.
    """
    with TemporaryDirectory(prefix="firstlight-eval-") as folder:
        async with open_core(Path(folder)) as core:
            for prompt in (plan.suite.prompts * plan.warmup)[: plan.warmup]:
                await _run(core.runner, plan, agent, prompt, 0)
            for rep, prompt in plan.blocks():
                entries = await _run(core.runner, plan, agent, prompt, rep)
                heard(Planned(run_id=entries[0].run_id, prompt_id=prompt.id, rep=rep), entries)


async def _run(runner: Runner, plan: Plan, agent: Agent, prompt: Prompt, rep: int) -> list[Entry]:
    request = plan.request(prompt, rep)
    run_id = await runner.start(paced(agent, request.pace, request.seed), request, name=plan.agent)
    entries = []
    async for entry in runner.log.follow(run_id):
        entries.append(entry._replace(at=round(entry.at, 6)))  # as the file keeps it, so that a report repeats
        event = entry.event if entry.type == "input" else None
        if isinstance(event, Input) and event.state == "requested":
            await runner.answer(run_id, event.id, by="eval", decline=True)
    await asyncio.sleep(plan.pause_s)
    return entries
