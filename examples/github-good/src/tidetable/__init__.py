"""Tide predictions from harmonic constituents."""

from tidetable.predict import Constituent, height

__all__ = ["Constituent", "height"]
