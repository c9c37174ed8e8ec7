"""Segments, markets, regions and customers: parts of a figure, as people name them."""

import re

from agent.research.reading import Breakdown

MEMBERS: tuple[tuple[str, Breakdown, str], ...] = (
    (r"compute\s*(?:&|and)\s*networking", "segment", "Compute & Networking"),
    (r"graphics", "segment", "Graphics"),
    (r"data[\s-]*cent(?:er|re)s?|dc\s+(?=revenue|sales)", "product", "Data Center"),
    (r"gaming", "product", "Gaming"),
    (r"automotive|cars?\b", "product", "Automotive"),
    (r"professional\s+visuali[sz]ation|pro\s*viz|visuali[sz]ation", "product", "Professional Visualization"),
    (r"networking", "product", "Networking"),
    (r"compute", "product", "Compute"),
    (r"oem(?:\s+and\s+other)?", "product", "OEM and other"),
    (r"china(?:\s*\(?including\s+hong\s+kong\)?|\s+and\s+hong\s+kong)?|chinese(?:\s+market)?", "geography",
     "China (including Hong Kong)"),
    (r"taiwan(?:ese)?", "geography", "Taiwan"),
    (r"singapore", "geography", "Singapore"),
    (r"(?:the\s+)?(?:united\s+states|u\.s\.|usa|america)(?!\w)|(?:the|in)\s+us\b|\bUS\b", "geography", "United States"),
)  # fmt: skip
BREAKDOWNS: tuple[tuple[str, Breakdown], ...] = (
    (r"\bby\s+(?:region|geograph\w*|country|countries|location|billing\s+location)|\bgeographic(?:al|ally)?\s+(?:split|breakdown|mix)"
     r"|\b(?:each|which|per)\s+(?:region|country)|\bregional(?:ly)?\b", "geography"),
    (r"\b(?:by|per|each|which|across)\s+(?:reportable\s+|business\s+)?segments?\b|\bsegment\s+(?:split|breakdown|mix|results)", "segment"),
    (r"\b(?:by|per|each|which|across)\s+(?:end\s+)?(?:markets?|products?|platforms?|market\s+platforms?|business(?:es)?)\b"
     r"|\b(?:product|market|business)\s+(?:split|breakdown|mix)", "product"),
)  # fmt: skip


def member_in(text: str) -> tuple[str, Breakdown, str]:
    """The part that a text names, along which line, and the text without it; empty where it names none."""
    for pattern, breakdown, name in MEMBERS:
        if name == "United States":
            match = re.search(rf"(?<!\w)(?:{pattern})", re.sub(r"\bThe\b", "the", text))
        else:
            match = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)
        if match:
            return name, breakdown, text[: match.start()] + " " + text[match.end() :]
    return "", "", text


def breakdown_in(text: str) -> tuple[Breakdown, str]:
    """Along which line figures are asked for, and the text without those words."""
    for pattern, breakdown in BREAKDOWNS:
        if match := re.search(pattern, text, re.IGNORECASE):
            return breakdown, text[: match.start()] + " " + text[match.end() :]
    return "", text
