"""The requests of AI SDK clients."""

from fastapi import APIRouter

from apps.v1.problems import PROBLEMS

router = APIRouter(tags=["AI SDK"], responses=PROBLEMS)
