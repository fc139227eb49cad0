"""Modules that libraries import for what a scan never uses, loaded when something first looks into them.

click imports `inspect` (and with it `ast`, `dis`, `tokenize`) to lay out help, and `gettext` (and `locale`) for translations of its
own words, which opslint, all of it English, would mix with its own; msgspec imports its own `inspect`, `textwrap` and
`typing_extensions` for schemas it makes on request; ruamel.yaml imports `base64`, `binascii` and `glob` for what is not read here;
`uuid` imports `platform` for the name of the system. Together they are an eighth of a cold start. What is put in their place is a
module that becomes the real one at the first attribute that is asked of it, so nothing changes but the time.
`importlib.util.LazyLoader` cannot be used: an import statement looks at `__spec__`, which makes it load at once (CPython 3.11).
"""

from __future__ import annotations

import sys
from types import ModuleType

NAMES = (
    "base64", "binascii", "gettext", "glob", "inspect", "msgspec.inspect", "platform", "textwrap", "typing_extensions",
)  # fmt: skip


class LateModule(ModuleType):
    """Stands in for a module until an attribute is asked of it."""

    def __getattr__(self, name: str) -> object:
        """Load the real module, take over what it holds, and give what was asked for."""
        if name.startswith("__"):
            raise AttributeError(name)  # what the import system asks about, before anybody uses the module
        own = self.__name__
        if sys.modules.get(own) is self:
            del sys.modules[own]
        from importlib import import_module

        real = import_module(own)
        self.__dict__.update(vars(real))
        return getattr(real, name)


def cleandoc(doc: str) -> str:
    """What `inspect.cleandoc` gives; click asks it of every option's help, which is one line."""
    if "\n" not in doc and "\t" not in doc:
        return doc.lstrip()
    late = sys.modules.get("inspect")
    if isinstance(late, LateModule):
        del late.cleandoc
    from inspect import cleandoc as real

    return real(doc)


def put_off() -> None:
    """Let the modules of NAMES be loaded when they are used; one that is loaded already stays.

    Shape: what is asked of one by the import itself is given beforehand, from where Python >= 3.11 has the same.
    """
    import os
    import typing

    given: dict[str, dict[str, object]] = {
        "gettext": {"gettext": str, "ngettext": lambda one, several, number: one if number == 1 else several},
        "inspect": {"cleandoc": cleandoc},
        "typing_extensions": {name: getattr(typing, name) for name in ("get_type_hints", "NotRequired", "Required")},
    }
    if hasattr(os, "uname"):
        given["platform"] = {"system": lambda: os.uname().sysname}
    for name in NAMES:
        if name not in sys.modules:
            late = sys.modules[name] = LateModule(name)
            late.__dict__.update(given.get(name, {}))
