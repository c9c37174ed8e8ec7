"""Events at random, for the properties."""

from hypothesis import strategies as st

from agent.events import (
    Artifact,
    Citation,
    Error,
    Event,
    Input,
    Json,
    Status,
    Token,
    Tool,
    Trace,
    Warning,
)

_words = st.text(max_size=8)
_ids = st.sampled_from(["a", "b", "c"])
_json: st.SearchStrategy[Json] = st.dictionaries(
    _words,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _words,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Status,
        step=_ids,
        id=_ids | st.just(""),
        state=st.sampled_from(["running", "done", "failed", "skipped"]),
        label=_words,
        detail=_words,
    ),
    st.builds(Token, text=st.text(min_size=1, max_size=8), channel=st.sampled_from(["answer", "reasoning"])),
    st.builds(
        Tool,
        call_id=_ids,
        name=_words,
        state=st.sampled_from(["running", "done", "failed"]),
        arguments=_json,
        output=_json,
        log=_words,
    ),
    st.builds(
        Artifact,
        id=_ids,
        version=st.integers(1, 4),
        kind=st.sampled_from(["table", "chart", "value", "documents", "file"]),
        title=_words,
        data=_json,
    ),
    st.builds(Citation, index=st.integers(1, 4), title=_words, quote=_words, score=st.none() | st.floats(0, 1)),
    st.builds(Warning, code=_ids, message=_words),
    st.builds(Error, code=_ids, message=_words, retryable=st.booleans()),
    st.builds(Input, id=_ids, state=st.sampled_from(["requested", "answered", "declined", "expired"]), prompt=_words),
    st.builds(Trace, name=_ids, data=_json),
)
"""All that an agent may say."""
