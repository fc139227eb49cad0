"""Dockerfiles are read instruction by instruction, Compose files by what they start."""

from __future__ import annotations

import pytest

from opslint.model.repository import FileStatus
from opslint.parse.companion.table import parse_companion


def instructions(text: str) -> list[tuple[str, str, int, int]]:
    found = parse_companion("dockerfile", "Dockerfile", text.encode(), aside=False)
    return [(name, rest, span.line, span.end_line) for name, rest, span in found.dockerfiles[0].instructions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nrun make\n", ("RUN", "make", 2, 2)),
        ("FROM a\r\nRUN make \\\r\n  && test\r\n", ("RUN", "make   && test", 2, 3)),
        ("FROM a\nRUN a \\\n# remark\n\n  b\nUSER x\n", ("RUN", "a   b", 2, 5)),
        ("# escape=`\nFROM a\nRUN dir C:\\ `\n  b\n", ("RUN", "dir C:\\   b", 3, 4)),
        ("FROM a\nRUN <<EOF\nmake\nRUN not\nEOF\nUSER x\n", ("RUN", "<<EOF\nmake\nRUN not\nEOF", 2, 5)),
        ("FROM a\nRUN cat <<-'E'\n\tx\n\tE\n", ("RUN", "cat <<-'E'\n\tx\n\tE", 2, 4)),
        ("FROM a\nONBUILD RUN make\n", ("ONBUILD", "RUN make", 2, 2)),
        ("FROM a\nRUN echo <<EOF\n", ("RUN", "echo <<EOF", 2, 2)),
        ("FROM a\nEXPOSE 80 443\n", ("EXPOSE", "80 443", 2, 2)),
    ],
)
def test_instruction_is_joined_as_the_builder_does(text: str, expected: tuple[str, str, int, int]) -> None:
    assert instructions(text)[1] == expected


def test_here_document_ends_where_it_says_when_more_follows() -> None:
    assert [name for name, *_ in instructions("FROM a\nRUN <<EOF\nmake\nEOF\nUSER x\n")] == ["FROM", "RUN", "USER"]


def test_line_is_told_when_it_is_no_instruction() -> None:
    found = parse_companion("dockerfile", "Dockerfile", b"FROM a\n{% if x %}\nRUN b\n", aside=False)
    assert found.file.line == 2
    assert found.file.reason is not None
    assert len(found.dockerfiles[0].instructions) == 2


def test_file_is_skipped_when_it_has_no_from() -> None:
    found = parse_companion("dockerfile", "Dockerfile", b"hello\n", aside=False)
    assert found.file.status is FileStatus.SKIPPED
    assert found.dockerfiles == ()


def test_compose_tells_its_images_and_ports() -> None:
    text = b"services:\n  web: {build: ., ports: ['80:80']}\n  db: {image: 'postgres:16'}\n"
    facts = parse_companion("compose", "compose.yaml", text, aside=False).companions[0].facts
    assert facts == {"services": 2, "images": ["postgres:16"], "builds": True, "ports": True}


def test_skaffold_tells_what_it_builds_and_deploys() -> None:
    text = b"apiVersion: skaffold/v4\nkind: Config\nbuild: {artifacts: [{image: web}]}\ndeploy: {kubectl: {}}\n"
    facts = parse_companion("skaffold", "skaffold.yaml", text, aside=False).companions[0].facts
    assert facts == {"artifacts": ["web"], "deploys": True, "tests": False}


def test_earthfile_tells_its_targets() -> None:
    facts = (
        parse_companion("earthfile", "Earthfile", b"VERSION 0.8\nbuild:\n  FROM x\n  SAVE IMAGE y\n", aside=False)
        .companions[0]
        .facts
    )
    assert facts == {"targets": ["build"], "saves_image": True}
