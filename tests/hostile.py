"""Text that wants to be more than text: what questions, documents, tools and models may hold.

Every screen shows all of it as text. `MARKS` are what gives it away when it does not.
"""

HOSTILE: tuple[str, ...] = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg/onload=window.hacked=1>",
    "</div></article></details><h1 id=hacked>out of its box</h1>",
    '"><input autofocus onfocus="window.hacked = 1">',
    "<style>* { display: none }</style>",
    "<iframe src='javascript:window.top.hacked = 1'></iframe>",
    "[click](javascript:window.hacked=1) [data](data:text/html,<script>window.hacked=1</script>)",
    "[tab\there](java\tscript:window.hacked=1) <javascript:window.hacked=1>",
    "![track](https://tracker.invalid/pixel.png) ![x](x' onerror='window.hacked=1)",
    "[1]: https://elsewhere.invalid \n\n[card]: javascript:window.hacked=1",
    "revenue was (+$41 M) and (+$28 M), $x^2$, $$\\frac{1}{2}$$ \\(a\\)",
    "a < b and b > c && d <= e",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1} {% x %} :material/bolt: :red[no]",
    "\u202eesrever ni si siht\u202c \u2067right to left\u2069 \u200fmark",
    "a\x00b\x07c\x1b[31mred\x1b[0m",
    "line\r\nends\rof all kinds\u2028and\u2029more",
    "`" * 50 + "[" * 2_000 + "*_" * 500,
    "x" * 1_000_000,
)

MARKS = """
    [...document.querySelectorAll('#hacked, iframe[src^="javascript"], img[src*="tracker"]'),
     ...document.querySelectorAll('a[href^="javascript" i], a[href^="data" i]')]
      .map(found => found.outerHTML).concat(window.hacked ? ['a script ran'] : [])
"""
"""JavaScript: what in a page shows that something of it was more than text; an empty list is good."""
