"""The scripts and styles of the pages, and the plain page."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from apps.v1.problems import PROBLEMS, Refused

router = APIRouter(include_in_schema=False, responses=PROBLEMS)

STATIC = Path(__file__).parents[1] / "static"
KINDS = {"js": "text/javascript", "css": "text/css"}
FILES = (
    *("run_view.js", "scroll.js", "server.js", "company.js", "run_view.css", "gradio_page.js", "gradio.css"),
    *("firstlight.js", "presence.js", "words.js", "plain.js", "turn.js", "shown.js", "plain.css"),
)


@router.get("/v1/static/{name}")
async def static(name: str) -> FileResponse:
    if name not in FILES:
        raise Refused(404, "no_file", f"no file {name!r}")
    return FileResponse(STATIC / name, media_type=KINDS[name.partition(".")[2]], headers={"cache-control": "no-cache"})


@router.get("/")
@router.get("/plain")
async def plain() -> FileResponse:
    headers = {"cache-control": "no-cache", "referrer-policy": "no-referrer"}  # its address may hold a token
    return FileResponse(STATIC / "plain.html", headers=headers)
