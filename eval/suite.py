"""A prompt suite: a JSONL file, one prompt a line (`id`, `prompt`, `tags`)."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import UsageError

FIRST = Path(__file__).with_name("suites") / "first.jsonl"
"""The suite that is shipped."""


class BadSuite(UsageError):
    """A file that is not a suite; the message names the line and quotes the value."""


class Prompt(BaseModel):
    """One question of a suite."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=80)
    prompt: str = Field(min_length=1)
    tags: tuple[str, ...] = ()


class Suite(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    prompts: tuple[Prompt, ...]


def load_suite(path: Path) -> Suite:
    """Reads a suite; blank lines are skipped. Raises BadSuite."""
    try:
        lines = [line.decode() for line in path.read_bytes().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadSuite(f"cannot read the suite {str(path)!r}: {error}") from error
    prompts: dict[str, Prompt] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        prompt = _prompt(line, f"{path.name}, line {number}")
        if prompt.id in prompts:
            raise BadSuite(f"{path.name}, line {number}: a second prompt with the id {prompt.id!r}")
        prompts[prompt.id] = prompt
    if not prompts:
        raise BadSuite(f"{path.name}: a suite needs at least one prompt")
    return Suite(name=path.stem, prompts=tuple(prompts.values()))


def _prompt(line: str, where: str) -> Prompt:
    try:
        return Prompt.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise BadSuite(f"{where}: not JSON ({error.msg}, column {error.colno}): {line[:80]!r}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadSuite(f"{where}: {field}: {first['msg']}, not {first['input']!r}") from error
