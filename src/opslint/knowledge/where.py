"""Where rules/ and schemas/ stand: inside the wheel, else in the checkout."""

from __future__ import annotations

import os

from opslint.errors import OpslintError

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUNDLED = os.path.join(PACKAGE, "_knowledge")
INDEX_NAME = "index.bin"


def knowledge_folder(name: str) -> str:
    """Find a data folder (`rules` or `schemas`).

    Raises: OpslintError where neither the package nor a checkout around it holds it.
    """
    checkout = os.path.dirname(os.path.dirname(PACKAGE))
    for root in (BUNDLED, checkout):
        folder = os.path.join(root, name)
        if os.path.isdir(folder):
            return folder
    raise OpslintError(f'the folder "{name}" is neither in the installed package nor in a checkout around it',
                       hint="install opslint again: pip install --force-reinstall opslint")


def bundled_index() -> str | None:
    """The index that was compiled into the wheel, or None in a checkout."""
    path = os.path.join(BUNDLED, INDEX_NAME)
    return path if os.path.isfile(path) else None


def user_cache() -> str | None:
    """The user's cache folder for opslint (not made), or None where there is no home."""
    override = os.environ.get("OPSLINT_CACHE_DIR")
    if override:
        return override
    base = os.environ.get("XDG_CACHE_HOME") or ""
    if not base and os.name == "nt":
        base = os.environ.get("LOCALAPPDATA", "")
    if not base:
        home = os.path.expanduser("~")
        base = os.path.join(home, ".cache") if home != "~" else ""
    return os.path.join(base, "opslint") if base else None
