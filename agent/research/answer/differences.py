"""The difference behind a growth rate or a comparison, which people often ask for in the same breath."""

from agent.research.figures.results import Result, show

Told = tuple[str, tuple[tuple[str, str], ...]]
"""A sentence, and what was computed for it as label and text."""


def difference(result: Result) -> Told | None:
    """What the absolute change is, or how far two companies are apart; None where the result says so itself."""
    if result.tool in ("growth", "part_growth") and result.unit == "percent":
        return _change(result)
    if result.tool == "compare" and len(result.series) == 2 and "growth" not in result.formula:
        return _distance(result)
    return None


def _change(result: Result) -> Told | None:
    unit = result.inputs[0].unit
    old, _, new = result.label.rpartition("change from ")[2].partition(" to ")
    values = {str(row["period"]): row["value"] for row in result.series}
    before, after = values.get(old), values.get(new)
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)) or unit not in ("USD", "shares"):
        return None
    text = show(abs(after - before), unit)
    return f"That is {text} {'more' if after >= before else 'less'}.", (("Difference", text),)


def _distance(result: Result) -> Told | None:
    (first, second) = result.series
    high, low = first["value"], second["value"]
    if not isinstance(high, (int, float)) or not isinstance(low, (int, float)):
        return None
    names = f"{first['company']}'s figure is", f"{second['company']}'s"
    if result.unit == "percent":
        text = show(high - low, "percentage points").lstrip("+")
        return f"{names[0]} {text} above {names[1]}.", (("Difference", text),)
    if result.unit != "USD" or low <= 0:
        return None
    text, times = show(high - low, "USD"), f"{high / low:,.1f}"
    if times == "1.0":
        return f"{names[0]} {text} more than {names[1]}.", (("Difference", text),)
    told = f"{names[0]} {times} times {names[1]}, {text} more."
    return told, (("Difference", text), ("Multiple", times))
