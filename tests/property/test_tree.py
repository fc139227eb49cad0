"""Properties of trees: no name and no link leads out of them."""

from __future__ import annotations

import io
import posixpath
import tarfile
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.source.tree import open_tree
from opslint.source.trees.archive import clean_name
from opslint.source.trees.layout import printable_name, settle_links

SEGMENTS = st.sampled_from(["a", "b", "c", "..", ".", "", "d.yml"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join)
NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)


@given(PATHS)
def test_entry_name_stays_inside_when_it_is_cleaned(raw: str) -> None:
    clean = clean_name(raw)
    if clean is None:
        assert raw.startswith("/") or ".." in raw.split("/") or not raw.strip("./")
    else:
        assert clean == posixpath.normpath(raw)
        assert ".." not in clean.split("/")


@given(st.sets(NAMES, max_size=5), st.dictionaries(NAMES, PATHS, max_size=5))
def test_links_lead_to_files_or_are_skipped_with_a_reason(files: set[str], links: dict[str, str]) -> None:
    led, skipped = settle_links(files, links)
    assert set(led.values()) <= files
    assert sorted([*led, *(path for path, _ in skipped)]) == sorted(links)
    assert all(reason for _, reason in skipped)


@given(st.binary(min_size=1, max_size=30))
def test_name_can_be_printed_and_encoded_when_it_is_any_bytes(raw: bytes) -> None:
    name = printable_name(raw)
    assert name.encode("utf-8")
    assert not any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in name)
    assert name == raw.decode("utf-8", "replace") or "\\" in name


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,4}(/[a-z]{1,4}){0,2}", fullmatch=True), st.binary(max_size=50), min_size=1, max_size=5
    )
)
@settings(max_examples=30)
def test_bytes_are_those_written_when_an_archive_is_read(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "x.tar.gz"
        with tarfile.open(target, "w:gz") as archive:
            for name, data in files.items():
                member = tarfile.TarInfo(f"top/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        tree = open_tree(str(target))
        try:
            assert {path: tree.read(path) for path in tree.paths()} == files or any(
                "vendor" in name or "venv" in name for name in files
            )
        finally:
            tree.close()
