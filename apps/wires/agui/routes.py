"""The requests of AG-UI clients."""

from fastapi import APIRouter

from apps.v1.problems import PROBLEMS

router = APIRouter(tags=["AG-UI"], responses=PROBLEMS)
