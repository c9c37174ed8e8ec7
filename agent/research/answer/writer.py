"""Writes the answer: figures as the tools say them, text as quotes, and plainly what is not answered."""

import re
from collections.abc import Sequence

from agent.research.answer.concentration_words import two_sides
from agent.research.answer.differences import difference
from agent.research.answer.draft import Draft
from agent.research.answer.evidence import Evidence, gives_reasons, relevant, touches
from agent.research.answer.grounding import Number, numbers, sentences
from agent.research.answer.yes_or_no import answers, falling
from agent.research.figures.facts import facts
from agent.research.figures.filers import FILERS
from agent.research.figures.results import Result, day
from agent.research.question import held, intent, scope
from agent.research.question.reading import Reading
from agent.research.question.scope import Decline
from agent.research.search.quoting import Quote

NEAREST = 0.3
"""What a passage of the briefs must score to be shown as nearest; below, it only happens to be there."""
SAME_FIGURE = 0.01
"""How far two statements of one figure are apart at most."""


def write(
    reading: Reading,
    results: Sequence[Result],
    evidence: Evidence | None,
    decline: Decline | None,
    collection: str = "",
) -> Draft:
    """The whole answer to a reading from what was computed and found."""
    draft = Draft()
    _about_the_reading(draft, reading)
    if decline:
        _decline(draft, decline, results, evidence, collection)
    else:
        for result, answer in zip(results, answers(reading, results), strict=True):
            figure(draft, result, reading, answer)
        _lags(draft, reading, results)
        quotes = evidence.quotes if evidence and evidence.strong else ()
        if results and evidence and quotes:
            quotes = _beside_figures(draft, reading, results, evidence)
        if quotes:
            quoted(draft, quotes, lead=_lead(quotes, collection, beside=bool(results)), collection=collection)
    draft.drop_unmarked_cards()
    return draft


def figure(draft: Draft, result: Result, reading: Reading | None = None, answer: str = "") -> None:
    """A tool's sentences with the value in bold, each with the markers of the filings behind it; first the `answer`.

    Whether concentration is rising has two sides, which are told only where the `reading` asks that.
    """
    markers = "".join(f"[{draft.cite(source)}]" for source in result.sources)
    asked = reading.question if reading else ""
    is_moving = result.tool == "concentration" and intent.GROWTH.search(asked)
    if is_moving and (sides := two_sides(result, markers, falling=falling(asked))):
        for paragraph in sides.paragraphs:
            draft.say(paragraph)
        draft.show(result, sides.computed)
        return
    told, steps = difference(result) or ("", ())
    said = [*sentences(_bold(result)), *([told] if told else [])]
    paragraph = " ".join(_marked(sentence, markers) for sentence in said)
    draft.say(f"{answer}: {_inside(paragraph)}" if answer else paragraph)
    draft.show(result, steps)


def quoted(draft: Draft, quotes: Sequence[Quote], *, lead: str, collection: str = "") -> None:
    """A neutral line, then each quote as a bullet with its marker."""
    lines = []
    for quote in quotes:
        text = f"“{_one_line(quote.text)}”" if collection else _one_line(quote.text)
        text += f" under “{_one_line(quote.columns)}”" if quote.columns else ""
        lines.append(f"- {text} [{draft.cite_quote(quote, collection)}]")
    draft.say(lead + "\n\n" + "\n".join(lines))


def _about_the_reading(draft: Draft, reading: Reading) -> None:
    if reading.decline:
        return
    if reading.when.bare_year and reading.operation != "text":
        for ticker in reading.tickers:
            for period in reading.when.of(ticker):
                known = facts().periods(ticker, "revenue", yearly=True)
                if ticker != "GOOGL" and period in known:
                    end = day(facts().lookup(ticker, "revenue", period).end)
                    message = (
                        f"{period.year} is read as {FILERS[ticker].name}'s fiscal year {period}, which ended on {end}."
                    )
                    draft.warn("fiscal_year", message)


def _lags(draft: Draft, reading: Reading, results: Sequence[Result]) -> None:
    """Says why a figure is not of the newest period, and that all companies are shown where none was named."""
    told = [held.lag(reading, ticker, result.label) for ticker in reading.tickers for result in results]
    if reading.everyone:
        told.append("No company was named, so all are shown.")
    for sentence in dict.fromkeys(filter(None, told)):
        draft.say(sentence)


def _inside(paragraph: str) -> str:
    """A paragraph behind a colon: "Gross margin was" as "gross margin was"; names keep their capital."""
    first = paragraph.split(" ", 1)[0]
    is_name = "'" in first or not first[1:].islower()
    return paragraph if is_name else paragraph[:1].lower() + paragraph[1:]


def _decline(
    draft: Draft, decline: Decline, results: Sequence[Result], evidence: Evidence | None, collection: str
) -> None:
    draft.warn(decline.code, decline.note)
    draft.say(decline.message)
    if results:
        draft.say("The nearest that I hold, which is not an answer to your question:")
        for result in results[:1]:
            figure(draft, result)
    elif evidence and evidence.quotes and decline.code not in scope.FAR:
        if not collection and evidence.quotes[0].score < NEAREST:
            return
        whose = "in these documents" if collection else "in the briefs"
        lead = f"The nearest passage {whose}, which is not an answer to your question:"
        quoted(draft, evidence.quotes[:1], lead=lead, collection=collection)


def _adds(quote: Quote, draft: Draft) -> bool:
    """Whether a quote says more than the figures already do."""
    told = numbers(draft.text)
    own = numbers(quote.text)
    return not own or not all(any(number.held_by(other) for other in told) for number in own)


def _beside_figures(draft: Draft, reading: Reading, results: Sequence[Result], evidence: Evidence) -> tuple[Quote, ...]:
    """The quotes that belong beside figures: where words were asked for, what says more than the figures do; else one
    that states this very figure."""
    quotes = _each_once((*evidence.quotes, *evidence.spare, *evidence.sentences()))
    if reading.wants_text:
        best = _each_once((*evidence.quotes, *evidence.spare))
        fresh = [quote for quote in best if _adds(quote, draft)]
        if not reading.why:
            return tuple(fresh[:2])
        about = [quote for quote in fresh if touches(quote, results[0].label.split(",")[0])]
        return tuple(_reasons_first(about or fresh)[:3])
    if len(results) > 1:
        return ()
    told = numbers(results[0].shown)
    about = [
        quote
        for quote in quotes
        if relevant(quote, results[0].label.split(",")[0])
        and quote.passage.period in results[0].label
        and any(_much_the_same(one, other) for one in numbers(quote.text) for other in told)
    ]
    return tuple(about[:1])


def _each_once(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Without repeated sentences."""
    first: dict[str, Quote] = {}
    for quote in quotes:
        first.setdefault(quote.text, quote)
    return tuple(first.values())


def _much_the_same(one: Number, other: Number) -> bool:
    """Whether two texts give one figure: rounded differently, or as another statement of the filing has it."""
    return one.unit == other.unit and abs(abs(one.value) - abs(other.value)) <= SAME_FIGURE * abs(other.value)


def _reasons_first(quotes: Sequence[Quote]) -> list[Quote]:
    """The brief that gives reasons, whole, then other sentences that do."""
    home = next((quote.passage.id for quote in quotes if gives_reasons(quote)), "")
    from_home = [quote for quote in quotes if quote.passage.id == home]
    return from_home + [quote for quote in quotes if quote not in from_home and gives_reasons(quote)]


def _lead(quotes: Sequence[Quote], collection: str, *, beside: bool) -> str:
    if collection:
        return "Your documents say:"
    sources = list(dict.fromkeys(f"{q.passage.company}'s {q.passage.form} for {q.passage.period}" for q in quotes))
    listed = " and ".join(", ".join(sources).rsplit(", ", 1))
    return f"{'On this, our' if beside else 'Our'} {'briefs' if len(quotes) > 1 else 'brief'} on {listed}:"


def _bold(result: Result) -> str:
    """The tool's sentence with its value set in bold where it stands in it."""
    shown = result.shown.lstrip("+-")
    at = re.search(rf"(?<![\d.,$]){re.escape(result.shown)}(?!\d)", result.sentence)
    at = at or re.search(rf"(?<![\d.,$]){re.escape(shown)}(?!\d)", result.sentence)
    if not at:
        return result.sentence
    return f"{result.sentence[: at.start()]}**{at[0]}**{result.sentence[at.end() :]}"


def _marked(sentence: str, markers: str) -> str:
    return f"{sentence.rstrip('.')} {markers}." if markers else sentence


def _one_line(text: str) -> str:
    return " ".join(text.split())
