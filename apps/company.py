"""Who else has a session open, and links for them to join it: HTML that static/company.js fills and serves."""

from apps import words
from apps.markup import text
from apps.visitors import Visitor


def strip(visitor: Visitor) -> str:
    """The line above the conversation; empty, and not to be seen, while nobody else is there."""
    return f'<div class="fl fl-here" data-here data-role="{visitor.role or ""}"></div>'


def watching(visitor: Visitor) -> str:
    """What stands in the place of the question's box for those who may not ask."""
    return f'<p class="fl-watching">{words.VIEWER}</p>' if visitor.role == "viewer" else ""


def share(session_id: str, visitor: Visitor, kind: str = "") -> str:
    """Buttons that copy links to a session. Where keys are needed a link holds a token of its own, never the key."""
    if not session_id or visitor.role != "owner":
        return ""
    copies = 'data-share="editor"' if visitor.token else f'data-copy="{text(visitor.address(session_id))}"'
    style = f' class="{kind}"' if kind else ""
    return (
        f"<button{style} {copies}>{words.COPY}</button>"
        f'<button{style} data-share="viewer">{words.COPY_FOR_VIEWER}</button>'
    )
