"""Positions of buoys."""

from flask import Flask

app = Flask(__name__)


@app.get("/buoys")
def buoys():
    return []
