"""Whether a branch of a script makes it fail, and which variables carry a failure to where it is judged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opslint.resolve.shell.syntax.words import Source
from opslint.source.words.late import late

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

MAX_NODES = 4000
"""Nodes that are looked at to answer one question."""
MAX_LOOPS = 8
MAX_STATEMENTS = 100

_OPAQUE = frozenset(
    {"function_definition", "command_substitution", "process_substitution", "string", "raw_string", "heredoc_body", "comment"}
)
_DYING = frozenset({"die", "fail", "abort", "bail", "error_exit", "exit_with_error", "fatal", "err_exit", "panic"})
_ZERO = late(r"^[\"']?0+[\"']?$")
_VARIABLE = late(r"\$\{?#?(\w+)")
_JUDGED_EXIT = late(r"\b(?:exit|return)\s+[\"']?(?:\$\{?(\w+)|\$\(\(([^)]*)\)\))")
_LOOPS = frozenset({"do_group", "for_statement", "while_statement", "c_style_for_statement"})
_TESTS = frozenset({"test_command", "compound_statement"})


class Failures:
    """What can be said of the failures of one script.

    Shape: `functions` maps the names defined in the script to their bodies; it fills while the script is walked.
    """

    __slots__ = ("_gates", "functions", "root", "source")

    def __init__(self, source: Source, root: Node, functions: dict[str, Node]) -> None:
        self.source = source
        self.root = root
        self.functions = functions
        self._gates: frozenset[str] | None = None

    def word(self, node: Node) -> str:
        """The command word of a `command` node as written."""
        name = node.child_by_field_name("name")
        return self.source.raw(name) if name is not None else ""

    def of(self, nodes: list[Node], depth: int = 0) -> str:
        """How a branch makes the script fail: "exit", "return", "status", "mark", or "" where it does not.

        "mark" sets a variable that is judged elsewhere; "status" ends in a command that always fails.
        """
        best = ""
        stack = list(reversed(nodes))
        for _ in range(MAX_NODES):
            if not stack:
                break
            node = stack.pop()
            kind = node.type
            if kind == "command":
                found = self._command(node, depth)
                if found in ("exit", "return"):
                    return found
                best = best or found
            elif kind in ("variable_assignment", "declaration_command", "compound_statement") and self._marks(node):
                best = best or "mark"
            if kind not in _OPAQUE and kind != "command":
                stack.extend(reversed(node.named_children))
        if not best and nodes and self.source.raw(nodes[-1]).strip() == "false":
            return "status"
        return best

    def _command(self, node: Node, depth: int) -> str:
        word = self.word(node)
        if word in ("exit", "return"):
            return word if self._nonzero(node) else ""
        if word in self.functions:
            return self.of(self.functions[word].named_children, depth + 1).replace("return", "status") if depth < 4 else ""
        if word in _DYING:
            return "exit"
        if word in ("let", "export", "declare", "local"):
            return "mark" if self._marks(node) else ""
        return ""

    def leaves(self, nodes: list[Node]) -> bool:
        """Whether a branch ends the script or function well: its last statement is `exit 0`, `return 0` or their like."""
        last = next((node for node in reversed(nodes) if node.is_named and node.type != "comment"), None)
        if last is None or last.type != "command" or self.word(last) not in ("exit", "return"):
            return False
        argument = last.named_child(1) if last.named_child_count > 1 else None
        if argument is None:
            return last.prev_named_sibling is not None and last.prev_named_sibling.type == "command"
        return _ZERO.match(self.source.raw(argument)) is not None

    def behind(self, node: Node) -> str:
        """How what stands behind a statement fails in any case: "exit", "return", "status", or "" where it does not."""
        current: Node | None = node
        for _ in range(MAX_LOOPS):
            if current is None:
                break
            later = current.next_named_sibling
            for _ in range(MAX_STATEMENTS):
                if later is None:
                    break
                word = self.word(later) if later.type == "command" else ""
                if word in ("exit", "return"):
                    return word if self._nonzero(later) else ""
                if word in _DYING:
                    return "exit"
                if word == "false" and later.next_named_sibling is None:
                    return "status"
                later = later.next_named_sibling
            current = current.parent
            if current is None or current.type not in _LOOPS:
                break
        return ""

    def _nonzero(self, node: Node) -> bool:
        """Whether an `exit` or `return` hands on something other than 0 when it runs after a failure."""
        argument = node.named_child(1) if node.named_child_count > 1 else None
        if argument is None or "$?" in self.source.raw(argument):
            before = node.prev_named_sibling
            return (
                before is None
                or before.type not in ("command", "redirected_statement", "pipeline")
                or node.parent is None
                or node.parent.type in ("list", "program")
            )
        return not _ZERO.match(self.source.raw(argument))

    def _marks(self, node: Node) -> bool:
        """Whether an assignment or `((x++))` sets a variable that is judged elsewhere, to something other than 0 or nothing."""
        text = self.source.raw(node)
        if node.type == "compound_statement" and not text.startswith("(("):
            return False
        found = re.match(r"\(\(\s*(\w+)|(?:(?:local|export|declare|let)\s+)?[\"']?(\w+)\s*(?:\+\+|[-+*|]?=)", text)
        if not found or (found[1] or found[2]) not in self.gates:
            return False
        value = text.partition("=")[2].strip("\"' ")
        return text.startswith("((") or value not in ("", "0")

    @property
    def gates(self) -> frozenset[str]:
        """The variables that decide an `exit`, a `return`, or a test one of whose branches fails."""
        if self._gates is None:
            self._gates = frozenset()
            self._gates = self._find_gates()
        return self._gates

    def _find_gates(self) -> frozenset[str]:
        names = {
            name
            for found in _JUDGED_EXIT.finditer(self.source.text)
            for name in re.findall(r"[A-Za-z_]\w*", found[1] or found[2] or "")
        }
        stack = [self.root]
        for _ in range(MAX_NODES * 4):
            if not stack:
                break
            node = stack.pop()
            kind = node.type
            if kind in ("if_statement", "elif_clause") and self.of([c for c in node.named_children if c.type not in _TESTS]):
                condition = node.child_by_field_name("condition") or node.named_child(0)
                if condition is not None:
                    names.update(self.judged(condition))
            elif kind == "list" and node.named_child_count == 2:
                left, right = node.named_children
                if self.of([right]):
                    names.update(self.judged(left))
            elif kind == "case_statement" and self.of(node.named_children[1:]):
                value = node.child_by_field_name("value")
                if value is not None:
                    names.update(_VARIABLE.findall(self.source.raw(value)))
            stack.extend(node.named_children)
        if self.root.named_child_count:
            last = self.root.named_children[-1]
            if last.type in ("test_command", "list") or (last.type == "command" and self.word(last) in ("test", "[")):
                names.update(self.judged(last))
        return frozenset(names)

    def judged(self, node: Node) -> list[str]:
        """The variables a test looks at."""
        text = self.source.raw(node)[:2000]
        if not re.search(r"\[|\(\(|\btest\b|grep|\$", text):
            return []
        if text.startswith("(("):
            return re.findall(r"[A-Za-z_]\w*", text)
        return _VARIABLE.findall(text)

    def reads_status(self, node: Node | None, mark: str = "$?") -> str:
        """How the next statement turns the status of the one before into a failure, or ""."""
        if node is None:
            return ""
        text = self.source.raw(node)
        word = self.word(node) if node.type == "command" else ""
        if word in ("exit", "return") and (mark in text or (node.named_child_count == 1 and mark == "$?")):
            return word
        if mark not in text:
            return ""
        if node.type in ("variable_assignment", "variable_assignments", "declaration_command"):
            found = re.match(r"(?:\w+\s+)?(\w+)=", text)
            return "mark" if found and found[1] in self.gates else ""
        if node.type == "command" and self.word(node) in ("test", "["):
            return "status" if node.next_named_sibling is None else ""
        if node.type == "test_command":
            return "status" if node.next_named_sibling is None else ""
        if node.type == "command" and self.word(node) in self.functions:
            return "mark" if self.of([node]) else ""
        return self.of([node])
