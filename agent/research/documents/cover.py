"""What the cover of a filing, or a file's name, tells about the whole document."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from agent.research.search.corpus import period_key

REGISTRANT = re.compile(r"([^\n]{2,80}?)[\s_]*\n?[\s_]*\(\s*exact\s+name\s+of\s+(?:the\s+)?registrant", re.I)
FILER = re.compile(r"commission\s+file\s+n(?:umber|o)[.:]*\s*[\d-]+[\s_]*\n[\s_]*([^\n]{2,80})", re.I)
SYMBOL = re.compile(r"par\s+value[^\n]{0,60}?\s([A-Z]{1,5})\s+(?:The\s+)?(?:Nasdaq|NASDAQ|New York|NYSE)")
FORM = re.compile(r"\bform\s+(10-[kq](?:/a)?|8-k|20-f|6-k|40-f)\b", re.I)
ENDED = re.compile(
    r"(?:quarter(?:ly)?(?:\s+period)?|fiscal\s+year|year|period)\s+ended:?\s+([A-Z][a-z]+\s+\d{1,2},\s+\d{4})", re.I
)
FISCAL = re.compile(r"\b(first|second|third|fourth)\s+quarters?\s+of\s+(?:fiscal\s+)?(?:years?\s+)?(20\d\d)\b", re.I)
NAMED = re.compile(r"(?<![a-z0-9])(?:q[1-4]|[1-4]q|fy)", re.I)


@dataclass(frozen=True, slots=True)
class Cover:
    """Empty where nothing is known."""

    company: str = ""
    ticker: str = ""
    form: str = ""
    period: str = ""
    period_end: str = ""


def read_cover(opening: str, body: str, stem: str) -> Cover:
    """Guess from the first lines, the text and the file's name; a period in the name wins over one in the text."""
    form = _first(FORM, opening).upper()
    ended = _date(_first(ENDED, opening))
    period = _written(period_key(stem)) if NAMED.search(stem) else _period(body, form, ended)
    return Cover(
        company=(_first(REGISTRANT, opening) or _first(FILER, opening)).strip(" _"),
        ticker=_first(SYMBOL, opening),
        form=form,
        period=period,
        period_end=ended.date().isoformat() if ended else "",
    )


def _period(body: str, form: str, ended: datetime | None) -> str:
    if ended is None:
        return ""
    if form.startswith("10-K"):
        return f"FY{ended.year}"
    quarters = Counter(f"{word.lower()} quarter {year}" for word, year in FISCAL.findall(body))
    if quarters:
        return _written(period_key(quarters.most_common(1)[0][0]))
    return f"Q{(ended.month - 1) // 3 + 1} {ended.year}" if form.startswith("10-Q") else str(ended.year)


def _written(key: str) -> str:
    return f"{key[4:]} {key[:4]}" if len(key) > 4 else f"FY{key}" if key else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _date(text: str) -> datetime | None:
    try:
        return datetime.strptime(" ".join(text.split()), "%B %d, %Y")
    except ValueError:
        return None
