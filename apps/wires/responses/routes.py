"""The requests of OpenAI Responses clients."""

from fastapi import APIRouter

from apps.v1.problems import PROBLEMS

router = APIRouter(tags=["OpenAI Responses"], responses=PROBLEMS)
