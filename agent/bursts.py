"""When to store in a burst.

A commit costs about as much as twenty appends. An agent that says thousands of tokens as fast as
the event loop turns would pay for one at each turn, so once commits follow each other without a
pause, the next one waits until a millisecond has passed, and takes along what was said meanwhile.
At the rates of people and models, every turn of the loop still has its own commit at once.
"""

_PAUSE_SECONDS = 0.001
_CLOSE_SECONDS = 0.0004
_HOT = 8
"""That many commits close together begin a burst, and a pause that saved fewer ends it."""


class Bursts:
    """Asked at every turn whether to wait, and told of every commit. Times by one clock, in seconds."""

    def __init__(self) -> None:
        self._last = 0.0
        self._close_together = 0
        self._waited = False

    def should_wait(self, now: float) -> bool:
        self._waited = self._close_together >= _HOT and (self._waited or now - self._last < _PAUSE_SECONDS)
        return self._waited and now - self._last < _PAUSE_SECONDS

    def stored(self, now: float, entries: int) -> None:
        if self._waited:
            self._close_together = _HOT if entries >= _HOT else 0
        else:
            self._close_together = self._close_together + 1 if now - self._last < _CLOSE_SECONDS else 0
        self._waited = False
        self._last = now
