"""Segments, markets, regions: parts of a figure, as people name them."""

import re

from agent.research.question.reading import Breakdown
from agent.research.question.wording import phrases

MEMBERS: tuple[tuple[re.Pattern[str], Breakdown, str], ...] = (
    (phrases(r"compute ?(?:&|and) ?networking(?: segment)?"), "segment", "Compute & Networking"),
    (phrases("graphics(?: segment)?"), "segment", "Graphics"),
    (phrases(r"data[ -]?cent(?:er|re)s?|dc(?= revenue| sales)"), "product", "Data Center"),
    (phrases("gaming"), "product", "Gaming"),
    (phrases("automotive|cars?"), "product", "Automotive"),
    (phrases(r"professional visuali[sz]ation|pro ?viz|visuali[sz]ation"), "product", "Professional Visualization"),
    (phrases("networking"), "product", "Networking"),
    (phrases("compute"), "product", "Compute"),
    (phrases("oem(?: and other)?"), "product", "OEM and other"),
    (
        phrases(r"china(?: \(?(?:including|incl\.?|and) hong kong\)?)?|chinese(?: market)?"),
        "geography",
        "China (including Hong Kong)",
    ),
    (phrases("taiwan(?:ese)?"), "geography", "Taiwan"),
    (phrases("singapore"), "geography", "Singapore"),
    (
        phrases(r"(?:the )?united states|(?:the )?u\.s\.|(?:the )?usa|america|(?:the|in) us"),
        "geography",
        "United States",
    ),
)
"""What people write, the line along which it is a part, and its name in the table."""
BREAKDOWNS: tuple[tuple[re.Pattern[str], Breakdown], ...] = (
    (
        phrases(r"""
            by (?:region|geograph\w*|country|countries|(?:billing )?location)
            (?:largest|biggest|smallest|top|main) (?:region|country|geography)
            (?:geographic(?:al|ally)?|regional) (?:split|breakdown|mix)
            (?:each|which|per) (?:region|country)|regional(?:ly)?
            where (?:does|do|did|is|are|was|were)\b.{0,40}\b(?:com\w+ from|earned|generated)(?: geographically)?
            geographically|geograph(?:y|ies)
        """),
        "geography",
    ),
    (
        phrases(r"""
            (?:by|per|each|which|across) (?:reportable |business )?segments?
            (?:larger|largest|bigger|biggest|smaller|main) segment
            segment (?:split|breakdown|mix|results)
        """),
        "segment",
    ),
    (
        phrases(r"""
            (?:by|per|each|which|across) (?:end )?(?:markets?|products?|platforms?|market platforms?|business(?:es)?)
            (?:largest|biggest|smallest|main) (?:end )?(?:market|product|platform|business)
            (?:product|market|business) (?:split|breakdown|mix)
        """),
        "product",
    ),
)


def member_in(text: str) -> tuple[str, Breakdown, str]:
    """The part that a text names, along which line, and the text without it; empty where it names none."""
    for pattern, breakdown, name in MEMBERS:
        if match := pattern.search(text):
            return name, breakdown, text[: match.start()] + " " + text[match.end() :]
    return "", "", text


def breakdown_in(text: str) -> tuple[Breakdown, str]:
    """Along which line figures are asked for, and the text without those words."""
    for pattern, breakdown in BREAKDOWNS:
        if match := pattern.search(text):
            return breakdown, text[: match.start()] + " " + text[match.end() :]
    return "", text
