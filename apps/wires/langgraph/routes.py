"""The requests of LangGraph clients."""

from fastapi import APIRouter

from apps.v1.problems import PROBLEMS

router = APIRouter(tags=["LangGraph"], responses=PROBLEMS)
