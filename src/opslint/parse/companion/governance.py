"""Who owns the code and how to report a weakness: CODEOWNERS, SECURITY files, repository settings as code."""

from __future__ import annotations

import re

from opslint.model.repository import Parsed
from opslint.model.resource import Companion
from opslint.parse.values.places import line_span, mappings_of, texts_of
from opslint.parse.values.reading import parsed, text_from, told, yaml_from
from opslint.source.node import Mapping
from opslint.source.span import Span
from opslint.source.words.late import late

_OWNER = late(r"^(?:@@?[\w.-]+(?:/[\w.-]+)*|[^@\s]+@[^@\s]+\.[^@\s]+)$")
_SECTION = late(r"^\^?\[[^\]]+\](?:\[\d+\])?")
_PLACES = {
    "CODEOWNERS": ("github", "gitlab"),
    "docs/CODEOWNERS": ("github", "gitlab"),
    ".github/CODEOWNERS": ("github",),
    ".gitlab/CODEOWNERS": ("gitlab",),
}
"""Where a platform reads the file. Source: GitHub "About code owners"; GitLab "Code Owners"."""


def parse_codeowners(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a CODEOWNERS file.

    Shape: effective where a platform reads it and one line has a pattern and an owner (of itself or, in GitLab, of its section).
    Facts: `owners` (different owners), `rules` (lines with pattern and owner), `platforms` (that read it in this place).
    """
    owners: set[str] = set()
    rules = 0
    first: Span | None = None
    section_owned = False
    for number, line in enumerate(text_from(data).split("\n"), 1):
        text = re.sub(r"(?:^|\s)#.*$", "", line).strip()
        if not text:
            continue
        section = _SECTION.match(text)
        if section is not None:
            named = [word for word in text[section.end() :].split() if _OWNER.match(word)]
            section_owned = bool(named)
            owners.update(named)
            continue
        words = re.sub(r"\\ ", "_", text).split()
        named = [word for word in words[1:] if _OWNER.match(word)]
        owners.update(named)
        if named or (section_owned and len(words) == 1):
            rules += 1
            first = first or line_span(path, number, line)
    readers = _PLACES.get(path, ())
    why = (
        "" if readers and rules else "no platform reads the file in this place" if rules else "no line has a pattern and an owner"
    )
    facts: dict[str, object] = {"owners": len(owners), "rules": rules, "platforms": list(readers)}
    companion = Companion(
        kind=kind, path=path, span=first or Span(path=path), facts=facts, aside=aside and not readers, effective=not why, why=why
    )
    return parsed(kind, path, companion=companion)


_CONTACT = late(
    r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|mailto:|/security/advisories|/security/policy|^contact:[ \t]*\S"
    r"|hackerone\.com|bugcrowd\.com|intigriti\.com|yeswehack\.com|huntr\.(?:dev|com)"
    r"|[\w.+-]{1,64}[ \t]{0,3}(?:\[at\]|\(at\)|\bat\b)[ \t]{0,3}[\w-]{1,64}[ \t]{0,3}(?:\[dot\]|\(dot\)|\bdot\b)",
    re.IGNORECASE | re.MULTILINE,
)
_ADVISORY = late(
    r"private vulnerability report|security advisor|report a vulnerability|\]\([^)\s]{0,200}(?:security|vulnerab|disclos)[^)\s]{0,200}\)",
    re.IGNORECASE,
)
"""Ways to report by name, and a link to the policy itself."""
_INSTRUCTION = late(
    r"\b(?:report|disclos|privately|advisor|vulnerabilit)\w{0,12}[^.\n]{0,200}"
    r"(?:\bhttps?://|\]\(|\bissue|\be-?mail|\bform\b|\bslack\b|\bcontact\b|\bmaintainers?\b|\bsecurity (?:team|tab)\b)",
    re.IGNORECASE,
)
_REFUSAL = late(
    r"\b(?:do\s{1,3}not|don't|no\s{1,3}need\s{1,3}to|never)\s{1,3}(?:report|submit|send|disclose|file)\b(?P<rest>[^.\n]{0,120})",
    re.IGNORECASE,
)
_ELSEWHERE = late(
    r"\b(?:here|public|publicly|issues?|issue\s{1,3}tracker|pull\s{1,3}requests?|openly|through|via|on|in|using|until|before|without)\b",
    re.IGNORECASE,
)
"""A refusal that goes on so speaks of a way not to use, not of reporting."""
_REFUSED_WAY = late(
    r"\b(?:do\s{1,3}not|don't|never)\s{1,3}(?:report|submit|send|disclose|file|open|create|raise|post|use|discuss)\b[^.\n;,:]{0,160}",
    re.IGNORECASE,
)
"""A way that is not to be used, up to the end of the clause: it is no instruction."""
_SECURITY_PLACES = late(r"^(?:\.github/|docs/|\.gitlab/|\.well-known/)?security\.(?:md|markdown|rst|txt|adoc)$", re.IGNORECASE)


def parse_security_policy(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a security policy.

    Shape: effective in the root, `.github/`, `docs/` (or `.well-known/security.txt`) with a way to report: an address, a link, an
           advisory form or instructions; a file that asks people not to report, or only lists versions, is not.
    Facts: `contact` (a way to report is named), `refuses` (it asks people not to report).
    """
    text = text_from(data)[:100_000]
    flat = re.sub(r"(?<=[^\n])\n(?=[^\n#*\-|>])", " ", text)
    found = _CONTACT.search(text) or _ADVISORY.search(text) or _INSTRUCTION.search(_REFUSED_WAY.sub("report ", flat))
    refuses = any(not _ELSEWHERE.search(match.group("rest")) for match in _REFUSAL.finditer(flat))
    contact = found is not None
    placed = _SECURITY_PLACES.match(path) is not None
    why = ""
    if not placed:
        why = "the platform does not read the file in this place"
    elif refuses and not _CONTACT.search(text):
        why = "it asks people not to report"
    elif not contact:
        why = "it names no way to report a weakness"
    line = text.count("\n", 0, found.start()) + 1 if found is not None and found.string is text else 1
    companion = Companion(
        kind=kind,
        path=path,
        span=line_span(path, line),
        facts={"contact": contact, "refuses": refuses},
        aside=aside and not placed,
        effective=not why,
        why=why,
    )
    return parsed(kind, path, companion=companion)


def parse_settings(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read repository settings kept as code (the Settings app's file, exported rulesets).

    Facts: `keys` (top-level keys), `protected` (names of protected branches, sorted), `rulesets` (whether rulesets are kept).
    """
    documents = yaml_from(data).documents
    root = documents[0] if documents and isinstance(documents[0], Mapping) else None
    if root is None:
        return parsed(kind, path)
    branches = [texts_of(node).get("name", "") for node in mappings_of(root.get("branches"))]
    protected = sorted(
        name for name, node in zip(branches, mappings_of(root.get("branches")), strict=True) if "protection" in node
    )
    facts: dict[str, object] = {
        "keys": list(root),
        "protected": protected,
        "rulesets": "rulesets" in root or ("rules" in root and "enforcement" in root),
    }
    return told(kind, path, aside, facts, root)
