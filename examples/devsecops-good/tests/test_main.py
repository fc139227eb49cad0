from fastapi.testclient import TestClient

from pilotage.main import app


def test_a_deep_ship_needs_two_pilots() -> None:
    answer = TestClient(app).post("/requests", json={"ship": "Emma", "draught": 15.5})
    assert answer.json() == {"needs_two_pilots": True}
