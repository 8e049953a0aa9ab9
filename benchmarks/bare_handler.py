"""A bare FastAPI handler that answers with the bytes of a file: what the framework alone costs. For uvicorn."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response

BODY = Path(os.environ["BARE_BODY"]).read_bytes()

app = FastAPI()


@app.get("/")
async def bare() -> Response:
    """The bytes."""
    return Response(BODY, media_type="application/json")
