"""No request crashes the model."""

import sys

import atheris

with atheris.instrument_imports():
    from pydantic import ValidationError

    from pilotage.main import Request


def one(data: bytes) -> None:
    try:
        Request.model_validate_json(data)
    except ValidationError:
        pass


atheris.Setup(sys.argv, one)
atheris.Fuzz()
