"""The one environment in which every expression of a rule is compiled and run."""

from __future__ import annotations

from typing import Any

CEL_VARIABLES = ("it", "raw", "root", "repo")


def cel_environment() -> Any:
    """Make the environment; importing the engine costs about 8 ms, so only where a rule asks.

    Source: cel-expr-python, the official C++ engine.
    """
    from cel_expr_python import cel

    return cel.NewEnv(variables=dict.fromkeys(CEL_VARIABLES, cel.Type.DYN))
