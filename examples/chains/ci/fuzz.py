"""Feeds made-up tables to the reader."""

import sys

import atheris

with atheris.instrument_imports():
    from tide import table


def one(data: bytes) -> None:
    table.read(data)


atheris.Setup(sys.argv, one)
atheris.Fuzz()
