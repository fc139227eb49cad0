"""Requests for a pilot."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Request(BaseModel):
    """A ship that asks for a pilot; draught in metres."""

    ship: str = Field(min_length=1, max_length=80)
    draught: float = Field(gt=0, lt=30)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/requests")
def ask(request: Request) -> dict[str, bool]:
    return {"needs_two_pilots": request.draught > 14}
