"""The index from the wheel, from the user's cache, or compiled on the spot in a checkout."""

from __future__ import annotations

import os

import msgspec

from opslint.knowledge.index import FORMAT, Index
from opslint.knowledge.where import bundled_index, knowledge_folder, user_cache

KEPT = 4


def load_index(extra: tuple[str, ...] = ()) -> Index:
    """Load what opslint knows; `extra` are folders of a user's own rules and tools, compiled with ours.

    Raises: RuleFileError where a rule or tool file does not validate.
    """
    if extra:
        from opslint.knowledge.compile import compile_index

        return compile_index((knowledge_folder("rules"), *extra))
    path = bundled_index()
    if path is not None:
        index = _decode(path)
        if index is not None:
            return index
    return _from_checkout(knowledge_folder("rules"))


def encode_index(index: Index) -> bytes:
    """The index as the bytes of `index.bin`."""
    return msgspec.msgpack.encode(index)


def _decode(path: str) -> Index | None:
    try:
        with open(path, "rb") as stream:
            index = msgspec.msgpack.decode(stream.read(), type=Index)
    except (OSError, msgspec.DecodeError):
        return None
    return index if index.format == FORMAT else None


def _from_checkout(rules: str) -> Index:
    """Compile once for each state of the rule files, and keep the result in the user's cache where it can be written."""
    cache = user_cache()
    path = os.path.join(cache, f"index-{_state(rules)}.bin") if cache else ""
    index = _decode(path) if path else None
    if index is not None:
        return index
    from opslint.knowledge.compile import compile_index

    index = compile_index((rules,))
    if path:
        _keep(path, encode_index(index))
    return index


def _state(folder: str) -> str:
    """A digest of the names, sizes and times of the rule files and of the code that compiles them."""
    import hashlib

    digest = hashlib.sha256(str(FORMAT).encode())
    here = os.path.dirname(os.path.abspath(__file__))
    stack = [here, folder]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        stack.append(entry.path)
                elif entry.name.endswith((".yaml", ".py")):
                    stat = entry.stat()
                    digest.update(f"{entry.path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:24]


def _keep(path: str, data: bytes) -> None:
    """Write whole or not at all, and drop the oldest; a cache that cannot be written is no error."""
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
        _drop_oldest(os.path.dirname(path))
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            return


def _drop_oldest(folder: str) -> None:
    """Keep only the newest few compiled indexes; who edits rules makes one at every change."""
    with os.scandir(folder) as entries:
        found = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries
                       if entry.name.startswith("index-") and entry.name.endswith(".bin"))
    for _, path in found[:-KEPT]:
        os.unlink(path)
