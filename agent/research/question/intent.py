"""Which words of a question ask for which operation."""

from agent.research.question.wording import phrases

WHY = phrases(r"""
    why|how come|reasons?|because|driven by|drivers?|due to|attribut\w+|explain\w*
    what (?:drove|drives|caused|causes|explains|led|is behind|was behind)
""")
TELL = phrases(r"""
    what (?:happened|(?:did|does|do) (?:\w+ )?say)
    tell me (?:about|more)|sa(?:y|ys|id) about|comment\w*|polic(?:y|ies)|risks?
    how (?:is|are|does|do|did) (?:\w+ ){0,3}(?:affected|defined?|treated|valued?|measured?|compete|protect|manage)
    how (?:is|are|does|do|did) (?:\w+ ){0,3}(?:recogni[sz]e\w*|account\w* for|oversee\w*)
""")
YES_OR_NO = phrases(r"^\W*(?:does|do|did|is|are|was|were|has|have|can)")
GROWTH = phrases(r"""
    gr[oe]w\w*|rise|rises|rising|rose|risen|increas\w+|gain\w*|jump\w*|surge\w*|climb\w*|soar\w*|doubl\w+|tripl\w+|fast(?:er|est)
    fall|falls|falling|fell|fallen|decreas\w+|drop\w*|declin\w+|shr[iau]nk\w*|slump\w*|plunge\w*|slow(?:er|est)
    chang\w+|up or down
    (?:up|down) (?:from|since|on)|(?:is|are|was|were) .*(?:up|down)(?=\W*$)
    (?:go|goes|gone|went) (?:up|down)|sequential\w*
    improv\w+|worsen\w*|deteriorat\w+|widen\w*|narrow\w*|expand\w*
    by (?:what|how many) (?:%|percent\w*)|(?:up|down|more|less|higher|lower) on the (?:year|quarter)
    yoy|y/y|qoq|q/q|(?:year|quarter)[\s-]+(?:over|on)[\s-]+(?:year|quarter)
    (?:compared|relative) (?:to|with) (?:the )?(?:a )?(?:year|quarter|prior|previous|last|same)
    (?:versus|vs\.?|from|over|than|against) (?:the |a )?(?:year|quarter|prior|previous|last|same quarter)[\w-]*
""")
AGAINST_QUARTER = phrases(r"""
    qoq|q/q|quarter[\s-]+(?:over|on|to)[\s-]+quarter|sequential\w*
    (?:prior|previous|preceding|last) quarter|quarter (?:before|earlier)|on the quarter
""")
COMPOUND = phrases(r"""
    cagr|compound\w*|annuali[sz]ed growth|average annual|growth (?:a|per) year
    (?:a|per|each) year on average|on average (?:a|per|each) year
""")
TRAILING = phrases(r"""
    ttm|ltm|trailing
    (?:last|past|latest|most recent) (?:twelve|12) months
    (?:last|past|latest) (?:four|4) quarters?
""")
TREND = phrases(r"""
    trends?|over time|over the (?:years|quarters|last|past)|historical\w*|history|evol\w+|develop(?:ed|s|ing)?
    chart|plot|graph
    each (?:quarter|year)|by (?:quarter|year)|quarterly|time series|since (?:fy|fiscal|20)\w*
    (?:last|past) \w+ (?:quarters|years)
""")
SHARE = phrases(r"""
    share|percent\w*|proportion|portion|fraction|part of|how much of|what %|contribut\w+|account\w* for|come\w* from
    depend\w*|mix|weight|makes? up|%
""")
_PART = "(?:%|percent(?:age)?|share|part|proportion|fraction|much)"
OF_REVENUE = phrases(rf"""
    intensity
    {_PART} of (?:(?:its|their|total|net|the|\w*['’]s) )*(?:revenues?|sales|turnover)
    (?:relative|compared) (?:to|with) (?:its |their )?(?:revenues?|sales)
    (?:divided by|(?:per|each|every) dollar of) (?:revenues?|sales)
    to[\s-]+(?:revenue|sales)(?: ratio)?
""")
_LARGE = r"(?:largest|biggest|top|major|big|direct|few) (?:\w+ )?customers?"
CONCENTRATION = phrases(rf"""
    concentrat\w*|herfindahl\w*|hhi
    (?:which|what) customers\b.*\bdepend\w*|depend\w*\b.*\bcustomers?
    customers? (?:\w+ )?(?:above|over|exceeding|with more than|of more than|at or above|greater than) (?:\w+ )?\d+
    {_LARGE}\b.*\b(?:share|percent\w*|revenue|sales|much|depend\w*|account\w*)
    (?:share|percent\w*|much|depend\w*)\b.*\b{_LARGE}
""")
OTHER_CONCENTRATION = phrases(r"indirect\w*|suppl\w+|vendors?|geograph\w*|credit|advertis\w+|bank\w*|manufactur\w+")
DEFINITION = phrases(r"defin\w*|means?|meant")
COMPARISON = phrases(r"compar\w+|versus|vs\.?|than|against|or|both|each|between")
EVERYONE = phrases(r"""
    (?:which|what|whose?)\b.*\b(?:compan(?:y|ies)|of (?:the|them|these)|highest|most|largest|biggest|best|lowest|more)
    all (?:four|companies|of them)|each company|the four
""")
SINCE = phrases(r"since|from .* on(?:wards?)?|starting (?:in|with)")
BARE = phrases(r"compar\w+|versus|vs\.?|against|how (?:big|large|well)|bigger|larger|stack up|better")
"""Asks for a comparison of companies, without saying of what."""
MARGIN = phrases("margins?")
GROWING = phrases(r"gr[oe]w\w*|shr[iau]nk\w*")
ABOUT = phrases(r"(?:what|how) about|tell me about|show me|and")
"""What may stand beside a company where nothing else is asked."""
BESIDE = phrases("side by side|head to head|next to each other")
ONLY_TEXT = phrases(r"""
    (?:first|second|1st|2nd) half|h[12]|half[- ]year|(?:first )?(?:nine|six|9|6) months|9m|year[- ]to[- ]date|ytd
    ^\W*(?:when|where)
""")
"""Spans that the table has no figures for, and questions whose answer is no figure."""
RATIO = phrases(r"ratio|as an? (?:%|percent(?:age)?|share|part|proportion|fraction) of|divided by|relative to|coverage")
QUARTERLY = phrases(r"quarterly|(?:by|each|every|per) quarter")
RESULTS = phrases(r"""
    results|numbers|financials|performance|overview|earnings report
    how (?:did|is|was|has)(?: it)? (?:do|doing|done|perform\w*)
""")
