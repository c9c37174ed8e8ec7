"""Whether the server can do its work, and how it was done."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from apps.v1.context import Here
from apps.v1.problems import PROBLEMS

router = APIRouter(tags=["operations"], responses={503: PROBLEMS[503]})


class Health(BaseModel):
    status: str
    """`ok`, or `degraded`: runs go on as far as they can, and no new one is taken."""
    log: str
    """`ok`, or what keeps the event log from storing."""
    running: int
    readers: int


@router.get("/healthz")
async def healthz(here: Here, response: Response) -> Health:
    """Needs no key. 503 while the log cannot store."""
    log = here.core.log.health
    response.status_code = 200 if log == "ok" else 503
    status = "ok" if log == "ok" else "degraded"
    return Health(status=status, log=log, running=len(here.core.runner.running()), readers=here.limits.readers)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(here: Here) -> Response:
    """For Prometheus. Needs no key."""
    return Response(generate_latest(here.metrics.registry), media_type=CONTENT_TYPE_LATEST)
