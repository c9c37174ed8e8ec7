"""Citations by the source that they come from: many quotes may be from one filing."""

import mimetypes
from dataclasses import dataclass
from typing import Any

from agent.events import Citation


@dataclass(frozen=True, slots=True)
class Source:
    """A document, or a page with an address."""

    id: str
    title: str
    url: str = ""
    media_type: str = ""

    @property
    def chunk(self) -> dict[str, Any]:
        if self.url:
            return {"type": "source-url", "sourceId": self.id, "url": self.url, "title": self.title}
        return {"type": "source-document", "sourceId": self.id, "mediaType": self.media_type, "title": self.title}

    @property
    def cited(self) -> dict[str, Any]:
        """The same inside a text part's citation."""
        same = {"type": "source", "id": self.id, "title": self.title}
        if self.url:
            return same | {"sourceType": "url", "url": self.url}
        return same | {"sourceType": "document", "mediaType": self.media_type}


class Sources:
    """The sources of one run, each once."""

    def __init__(self) -> None:
        self._known: dict[str, Source] = {}

    def of(self, card: Citation) -> tuple[Source, bool]:
        """The card's source, and whether it is new. An address that is not http(s) is no link."""
        url = card.url if card.url.lower().startswith(("http://", "https://")) else ""
        key = url or card.title
        if key in self._known:
            return self._known[key], False
        media_type = "" if url else mimetypes.guess_type(card.title)[0] or "text/plain"
        source = self._known[key] = Source(f"source-{len(self._known) + 1}", card.title, url, media_type)
        return source, True
