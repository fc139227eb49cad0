"""Whether a ship may enter the lock."""

from fastapi import FastAPI

app = FastAPI()
LENGTH = 200.0


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/may-enter")
def may_enter(length: float) -> bool:
    return 0 < length <= LENGTH
