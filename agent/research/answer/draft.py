"""An answer before it is streamed: text with markers, cards, artifacts, warnings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from agent.events import Artifact, Citation, Json, Warning
from agent.research.answer.grounding import MARKER, Ungrounded, ungrounded
from agent.research.figures.results import Result, Source, show
from agent.research.search.quoting import Quote

Computed = tuple[str, str]
"""What a number is, and its text: `("HHI, Q2 FY2025", "538")`."""


@dataclass
class Draft:
    """Built up by the writer; what it holds is yielded as events in the order cards, artifacts, warnings, text."""

    paragraphs: list[str] = field(default_factory=list)
    cards: list[Citation] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    """Values that a tool computed, with their units: the verifier accepts them beside what the cards hold."""

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)

    def say(self, paragraph: str) -> None:
        self.paragraphs.append(paragraph)

    def warn(self, code: str, message: str) -> None:
        """A warning; messages of one code stand together in one."""
        for at, known in enumerate(self.warnings):
            if known.code == code:
                if message not in known.message:
                    self.warnings[at] = Warning(code=code, message=f"{known.message} {message}")
                return
        self.warnings.append(Warning(code=code, message=message))

    def cite(self, source: Source) -> int:
        """The number of a filing's card; one card for the same filing and figures."""
        form = source.title.split(",")[0].rsplit(" ", 1)[-1]
        where = f"XBRL figures: {source.locator}"
        return self._card(title=source.title, source=form, url=source.url, locator=where, quote=source.quote)

    def cite_quote(self, quote: Quote, collection: str = "") -> int:
        """The number of the card of a quote: from a brief, or verbatim from a user's document."""
        passage = quote.passage
        score = round(quote.score, 3)
        if collection:
            page = f"page {passage.page}" if passage.page else passage.section
            title = passage.source or passage.title
            text = f"{quote.columns}\n{quote.text}" if quote.columns else quote.text
            return self._card(title=title, source=collection, url=passage.url, locator=page, quote=text, score=score)
        title = f"{passage.company} {passage.form}, {passage.period}: {passage.title}"
        return self._card(
            title=title, source="brief", url=passage.url, locator=passage.section, quote=quote.text, score=score
        )

    def _card(self, *, title: str, source: str, url: str, locator: str, quote: str, score: float | None = None) -> int:
        for card in self.cards:
            if (card.title, card.quote) == (title, quote):
                return card.index
        index = len(self.cards) + 1
        self.cards.append(
            Citation(index=index, title=title, source=source, url=url, locator=locator, quote=quote, score=score)
        )
        return index

    def show(self, result: Result, computed: Sequence[Computed] = ()) -> None:
        """The artifacts of a result: the value with its formula and steps, its table and its chart."""
        number = 1 + sum(artifact.kind == "value" for artifact in self.artifacts)
        steps = (*computed, *computed_by(result))
        self.artifacts.append(
            Artifact(id=f"value-{number}", kind="value", title=result.label, data=value_data(result, steps))
        )
        self.computed += [result.named, *(text for _, text in steps)]
        if len(result.table) > 1:
            self.artifacts.append(
                Artifact(id=f"table-{number}", kind="table", title=result.label, data=table_data(result))
            )
        if result.chart:
            chart = cast(Json, result.chart)
            self.artifacts.append(Artifact(id=f"chart-{number}", kind="chart", title=_chart_title(result), data=chart))
        for caveat in result.warnings:
            self.warn(caveat.code, caveat.message)

    def faults(self) -> list[Ungrounded]:
        """The numbers that no cited card and no tool holds."""
        held = {card.index: f"{card.title}. {card.quote}" for card in self.cards}
        return ungrounded(self.text, held, self.computed)

    def drop_unmarked_cards(self) -> None:
        """A card that no marker leads to is not a source of this answer; the others keep their order, numbered anew."""
        order = list(dict.fromkeys(int(index) for index in MARKER.findall(self.text)))
        fresh = {old: new for new, old in enumerate(order, 1)}
        renumber = re.compile(MARKER.pattern)
        self.paragraphs = [
            renumber.sub(lambda match: f"[{fresh[int(match[1])]}]", paragraph) for paragraph in self.paragraphs
        ]
        known = {card.index: card for card in self.cards}
        self.cards = [known[old].model_copy(update={"index": new}) for old, new in fresh.items() if old in known]


def value_data(result: Result, steps: Sequence[Computed]) -> Json:
    """`value`, `unit`, `text`, `formula` and its `inputs` with their filings; what else was computed; what to know."""
    inputs: list[JsonValue] = [
        {
            "label": f"{given.label}, {given.period}",
            "text": show(given.value, given.unit),
            "value": given.value,
            "unit": given.unit,
            "accession": given.accession,
            "concept": given.concept,
            "derived": given.derived,
        }
        for given in result.inputs
    ]
    return {
        "value": result.value,
        "unit": result.unit,
        "text": result.named,
        "formula": result.formula,
        "inputs": inputs,
        "steps": [{"label": label, "text": text} for label, text in steps],
        "notes": [note.message for note in result.notes],
    }


def table_data(result: Result) -> Json:
    columns = list(dict.fromkeys(key for row in result.table for key in row))
    rows: list[JsonValue] = [[_cell(row.get(column)) for column in columns] for row in result.table]
    return {"columns": [column[:1].upper() + column[1:] for column in columns], "rows": rows}


def _cell(value: str | float | None) -> JsonValue:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def computed_by(result: Result) -> list[Computed]:
    """What a tool computed on the way to its value and says: derived figures, ratios of its table, how many periods."""
    held = (*result.inputs, *result.beside)
    given = {show(each.value, each.unit) for each in held if not each.derived}
    steps = [(f"{each.label}, {each.period}", show(each.value, each.unit)) for each in held if each.derived]
    for row in result.table:
        head, *cells = ((column, _cell(cell)) for column, cell in row.items() if cell is not None)
        said = [(column, str(cell)) for column, cell in cells if str(cell).lstrip("+-") in result.sentence]
        steps += [(f"{column}, {head[1]}", cell) for column, cell in said if cell not in given and cell != head[1]]
    if result.tool == "trend":
        steps.append(("Periods", str(len(result.series))))
    return [step for step in dict.fromkeys(steps) if step[1] != result.shown and any(map(str.isdigit, step[1]))]


def _chart_title(result: Result) -> str:
    title = (result.chart or {}).get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title or result.label
    return " ".join(text) if isinstance(text, list) else str(text)
