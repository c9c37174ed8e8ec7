"""Dimensional revenue, operating income and concentration figures of one inline-XBRL filing; numbers only, no prose."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_IX = "{http://www.xbrl.org/2013/inlineXBRL}"
_XBRLI = "{http://www.xbrl.org/2003/instance}"
_XBRLDI = "{http://xbrl.org/2006/xbrldi}"
_XHTML = "{http://www.w3.org/1999/xhtml}"

METRICS = {
    "us-gaap:Revenues": "revenue",
    "us-gaap:OperatingIncomeLoss": "operating_income",
    "us-gaap:ConcentrationRiskPercentage1": "concentration",
}
BREAKDOWNS = {
    "MajorCustomersAxis": "customer",
    "StatementBusinessSegmentsAxis": "segment",
    "ProductOrServiceAxis": "product",
    "StatementGeographicalAxis": "geography",
    "ConsolidationItemsAxis": "segment",
}
"""Read in this order: a customer's share that is also tagged with a segment is a figure about the customer."""

_BASES = {"SalesRevenueNetMember": "revenue", "AccountsReceivableMember": "accounts_receivable"}
_SETTING = {"ConcentrationRiskByBenchmarkAxis", "ConcentrationRiskByTypeAxis"}
_COUNTRIES = {"US": "United States", "SG": "Singapore", "TW": "Taiwan"}
_MEMBERS = {
    "ChinaIncludingHongKong": "China (including Hong Kong)",
    "AllOtherCountriesNotSeparatelyDisclosed": "Other countries",
    "OtherCountries": "Other countries",
    "NonUs": "Outside the United States",
    "OEMAndOther": "OEM and other",
    "CorporateNon": "All other",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One tagged figure about a part of the company; `value` is USD or a fraction of `basis`."""

    metric: str
    breakdown: str
    member: str
    basis: str
    scope: str
    """Further dimensions, readable: a product or a place that the share is limited to."""
    start: date
    end: date
    value: float
    unit: str
    concept: str
    dims: str


def member_name(member: str) -> str:
    """`nvda:ComputeAndNetworkingSegmentMember` -> `Compute & Networking`, `country:SG` -> `Singapore`."""
    name = member.split(":")[-1].removesuffix("Member").removesuffix("Segment")
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return _COUNTRIES.get(name) or _MEMBERS.get(name) or spaced.replace(" And ", " & ")


def document_name(path: Path) -> str:
    """The document's own file name on EDGAR, which is the stem that the filer put in its title."""
    title = ET.parse(path).getroot().findtext(f".//{_XHTML}title") or ""
    return f"{title.strip()}.htm"


def read_parts(path: Path) -> list[Part]:
    """Every figure of METRICS that is tagged with a customer, segment, product or place, once each."""
    root = ET.parse(path).getroot()
    contexts = dict(_contexts(root))
    parts: dict[Part, None] = {}
    for tag in root.iter(f"{_IX}nonFraction"):
        concept, context = tag.get("name", ""), contexts.get(tag.get("contextRef", ""))
        if concept not in METRICS or context is None:
            continue
        dims, start, end = context
        axis = next((axis for axis in BREAKDOWNS if axis in dims), None)
        if axis is None or member_name(dims[axis]) == "Operating Segments":
            continue  # the sum of the segments
        parts[_part(concept, axis, dims, start, end, _value(tag))] = None
    return list(parts)


def _contexts(root: ET.Element) -> Iterator[tuple[str, tuple[dict[str, str], date, date]]]:
    for context in root.iter(f"{_XBRLI}context"):
        start, end = context.findtext(f".//{_XBRLI}startDate"), context.findtext(f".//{_XBRLI}endDate")
        dims = {
            member.get("dimension", "").split(":")[-1]: (member.text or "").strip()
            for member in context.iter(f"{_XBRLDI}explicitMember")
        }
        if start and end and dims:
            yield context.get("id", ""), (dims, date.fromisoformat(start), date.fromisoformat(end))


def _value(tag: ET.Element) -> float:
    if "zero" in tag.get("format", ""):
        return 0.0
    number = float("".join(tag.itertext()).strip().replace(",", ""))
    scaled: float = number * 10.0 ** int(tag.get("scale", "0"))
    return round(-scaled if tag.get("sign") == "-" else scaled, 6)


def _part(concept: str, axis: str, dims: dict[str, str], start: date, end: date, value: float) -> Part:
    shares = METRICS[concept] == "concentration"
    aside = _SETTING | {axis, "ConsolidationItemsAxis"}
    narrowed = {name: member for name, member in dims.items() if name not in aside}
    if axis == "MajorCustomersAxis":
        narrowed.pop("StatementBusinessSegmentsAxis", None)  # the segment that sells to the customer, not a limit
    kind = dims.get("ConcentrationRiskByTypeAxis", "")
    scope = [member_name(member) for _, member in sorted(narrowed.items())]
    if "ProductConcentration" in kind:
        scope.append("by shipment")
    return Part(
        metric=METRICS[concept],
        breakdown=BREAKDOWNS[axis],
        member=member_name(dims[axis]),
        basis=_BASES[dims["ConcentrationRiskByBenchmarkAxis"].split(":")[-1]] if shares else "",
        scope="; ".join(scope),
        start=start,
        end=end,
        value=value,
        unit="ratio" if shares else "USD",
        concept=concept,
        dims=";".join(f"{name}={member}" for name, member in sorted(dims.items())),
    )
