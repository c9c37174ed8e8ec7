"""The site's own pages: the first one, what stands in for Gradio's while it starts or when it cannot; a redirect."""

from pathlib import Path
from string import Template
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apps import words

_SITE = Template((Path(__file__).parent / "static" / "site.html").read_text(encoding="utf-8"))
_RELOAD = '<meta http-equiv="refresh" content="2">'


def landing(links: dict[str, str]) -> str:
    """`links`: the addresses of the three pages by their name in `words.WAYS_IN`."""
    return _page(words.TITLE, words.SITE_LINE, {name: (links[name], said) for name, said in words.WAYS_IN.items()})


def starting(links: dict[str, str]) -> str:
    """Reloads itself until Gradio's page is there."""
    return _page(words.GRADIO_STARTS, words.GRADIO_STARTS_LINE, _meanwhile(links), head=_RELOAD)


def failed(links: dict[str, str]) -> str:
    return _page(words.GRADIO_FAILED, words.GRADIO_FAILED_LINE, _meanwhile(links))


def to_latency(request: Request) -> Response:
    """From the Latency page's address to the app, which shows it. Loaded at that address, the app would look for its
    server below it first, and the browser would log what is not there."""
    kept = {name: value for name, value in request.query_params.items() if name in ("session", "token")}
    query = urlencode({"page": "latency"} | kept)
    return RedirectResponse(f"./?{query}")


def _meanwhile(links: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {words.ASK_IN_STREAMLIT: (links[words.ASK_IN_STREAMLIT], words.STREAMLIT_IS_READY)}


def _page(title: str, said: str, links: dict[str, tuple[str, str]], head: str = "") -> str:
    drawn = "".join(f'<a href="{url}">{name}<span>{line}</span></a>' for name, (url, line) in links.items())
    return _SITE.substitute(title=title, head=head, text=said, links=drawn)
