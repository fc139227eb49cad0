"""Compile rules and tools to the index that the wheel carries."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class IndexBuildHook(BuildHookInterface[Any]):
    """Puts `_knowledge/index.bin` beside the rules it was compiled from; an editable install compiles on first use."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are collected."""
        if version == "editable":
            return
        sys.path.insert(0, os.path.join(self.root, "src"))
        from opslint.knowledge.compile import compile_index
        from opslint.knowledge.load import encode_index

        folder = tempfile.mkdtemp(prefix="opslint-index-")
        path = os.path.join(folder, "index.bin")
        with open(path, "wb") as stream:
            stream.write(encode_index(compile_index((os.path.join(self.root, "rules"),))))
        build_data["force_include"][path] = "opslint/_knowledge/index.bin"
