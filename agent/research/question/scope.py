"""What the agent does not answer, and how it says so."""

from dataclasses import dataclass

from agent.research.question.wording import phrases


@dataclass(frozen=True)
class Decline:
    """Why a question is not answered."""

    code: str
    """The code of the warning, one of `CODES`."""
    message: str
    """The first line of the answer."""
    note: str
    """What to know beside it, for the warning."""


CODES = (
    "advice",
    "forecast",
    "instructions",
    "market_price",
    "no_data",
    "out_of_scope",
    "unknown_company",
    "weak_evidence",
)
FAR = ("advice", "instructions", "market_price", "out_of_scope", "unknown_company")
"""Those to which no passage is near."""
_FORECAST = phrases(r"""
    ^\s*(?:so |and |but )?will\b.*
    (?:what|how|when|where|who|which)\b[^.?]*?\bwill
    (?:going to|gonna|likely to) (?:be|grow|rise|fall|drop|hit|reach|double|earn|make|sell|beat|continue|keep)
    forecasts?|predict\w*|projections?|prognos\w+|extrapolat\w+
    projected (?:revenue|sales|earnings|profit)
    next (?:fiscal )?(?:year|quarter|decade|month|week)
    next (?:few|two|three|five|ten|\d+) (?:years|quarters)
    in (?:the )?(?:future|coming years?)
    (?:years?|quarters?) from now
    what(?: is| are|s|'s) the outlook
    estimates? for (?:fy|fiscal|q[1-4]|20\d\d)\w*
""")
_ADVICE = phrases(r"""
    should (?:i|we|one|you|my \w+|investors?|someone)
    (?:good|bad|great|safe|smart|better|best|worth)(?: \w+)? (?:a )?(?:buy|buying|stocks?|bet|pick)
    (?:good|bad|great|safe|smart|better|best|worth)(?: \w+)? (?:a )?(?:investment|invest|investing)
    (?:buy|sell|hold) or (?:buy|sell|hold)
    (?:buy|sell|short|invest in|hold) (?:the |some |my )?(?:\w+ )?(?:stocks?|shares?)(?= ?(?:now|today|or|\?|$))
    price targets?|target price
    under-?valued|over-?valued|over-?priced
    (?:do|would|can) you (?:recommend|advise|suggest)
    where to invest|my (?:portfolio|savings|pension)
    buy rating|fair value of (?:the )?(?:\w+ )?(?:stock|share)
""")
_PRICE = phrases(r"""
    (?:share|stock)s? (?:price|cost|worth|chart|quote)
    price of (?:\w+ )?(?:a )?(?:shares?|stock)
    market (?:cap|capitali[sz]ation|value)
    p/?e ratio|price[- ]to[- ]\w+|price[- ]earnings|dividend yield|short interest|enterprise value
    analyst (?:rating|consensus|estimate)s?
    trading at|closing price
    how much (?:is|does|are) (?:an? |one )?(?:\w+ )?(?:shares?|stock)
""")
_INSTRUCTIONS = phrases(r"""
    (?:ignore|disregard|forget|override)\b[^.?]*\b(?:instructions?|rules?|prompts?|guidelines|above|previous)
    (?:system|hidden|initial|secret|developer) (?:prompt|message|instructions?)
    jail ?break|you are now|pretend (?:to be|you|that)
    api keys?|passwords?
""")
_CHORES = phrases(r"""
    weather|recipe|poem|haiku|joke|translate|song|lyrics|football|soccer|horoscope|movie|homework|restaurant
    capital of|president of|who won
    bitcoin|crypto coins?
    python (?:code|script|function)
    (?:is|are) (?:\w+ ){1,4}better than
    write (?:me )?an? \w+
""")
_GREETING = phrases(r"""
    (?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?|help|test)(?: there| all)?
    (?:what|how) (?:can|do|could) (?:you|i) (?:do|know|answer|ask|help)(?: \w+){0,3}|who are you|what are you
""")
COVERAGE = "NVIDIA, Alphabet, Marvell and Apple"


def by_wording(question: str) -> Decline | None:
    """What the words alone put out of scope."""
    if _INSTRUCTIONS.search(question):
        return Decline(
            "instructions",
            f"I can't help with that: I answer questions about what {COVERAGE} filed with the SEC.",
            "Not answered: read as an instruction to the agent.",
        )
    if _ADVICE.search(question):
        return Decline(
            "advice",
            "I can't give investment advice or a price target; I only report what the filings hold. "
            "You can ask how revenue, margins or cash flow have developed instead.",
            "Not answered: read as a request for advice.",
        )
    if _PRICE.search(question):
        return Decline(
            "market_price",
            "I don't have share prices or other market data; I only hold what is in the filings, such as earnings per "
            "share, dividends and share repurchases.",
            "Not answered: no market data is held.",
        )
    if _FORECAST.search(question):
        return Decline(
            "forecast",
            "I can't forecast: the filings hold what has been reported, not what will come.",
            "Not answered: read as a request for a forecast.",
        )
    if _CHORES.search(question):
        return out_of_scope()
    if _GREETING.fullmatch(question.strip(" .!?")):
        return greeting()
    return None


def greeting() -> Decline:
    return Decline(
        "out_of_scope",
        f"I only answer questions about what {COVERAGE} reported in their SEC filings: figures such as revenue, "
        "margins, growth and cash flow, and what the filings say. "
        "Ask, for example, how fast NVIDIA's revenue grew in Q2 FY2026.",
        "Not answered: no question about a filing was found in this.",
    )


def out_of_scope() -> Decline:
    return Decline(
        "out_of_scope",
        f"I can't answer that: I only know what {COVERAGE} reported in their SEC filings.",
        "Not answered: not read as a question about these companies.",
    )


def unknown_company(others: tuple[str, ...]) -> Decline:
    return Decline(
        "unknown_company",
        f"I can't answer that for {', '.join(others)}: I only hold filings of {COVERAGE}. "
        "Filings of other companies can be asked about once they are indexed as documents of your own.",
        "Not answered: no filing of that company is held.",
    )


def no_data(what: str) -> Decline:
    reason = f"I have {what}" if what.startswith("no ") else what
    return Decline(
        "no_data",
        f"I can't answer that: {reason}",
        "Not answered: a figure that the question needs is not held.",
    )


def weak_evidence(where: str) -> Decline:
    return Decline(
        "weak_evidence",
        f"I can't answer that: I found nothing in {where} that answers it. Another wording may find more.",
        "Not answered: no passage comes close enough to the question.",
    )


def unfinished() -> Decline:
    return Decline(
        "weak_evidence",
        "I can't answer that: the search did not finish in time. Asking again may help.",
        "Not answered: nothing was searched to the end.",
    )
