"""make: what recipes run, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Told = Callable[[str, dict[str, str]], list[str]]
Activities = Callable[[str, dict[str, str]], list[Activity]]

REACHED = """
# bandit is named here, and .PHONY: semgrep
.PHONY: check lint
TOOL = bandit

check: lint | types  ## semgrep
lint: ; ruff check

types:
	mypy
unused:
	$(TOOL) -r src
"""


def test_make_leads_to_what_a_target_needs_when_it_is_run(told: Told, activities: Activities) -> None:
    assert told("make check", {"Makefile": REACHED}) == ["Makefile:6 ruff check", "Makefile:9 mypy"]
    mypy = next(one for one in activities("make check", {"Makefile": REACHED}) if one.name == "mypy")
    assert [(hop.line, hop.text) for hop in mypy.chain[1:]] == [(5, "check: lint | types"), (9, "mypy")]


@pytest.mark.parametrize(
    "run", ["make nope", "make -n check", "make --version", "make -f gone.mk check", "make -C gone check", "echo make check"]
)
def test_make_leads_to_nothing_when_the_target_is_missing_or_nothing_is_run(told: Told, run: str) -> None:
    assert told(run, {"Makefile": REACHED}) == []


CONDITIONS = """
WITH ?= 1
ifeq ($(WITH),1)
  A = a
else ifeq ($(WITH),2)
  A = b
else
  A = c
endif
ifneq ($(OS),Windows_NT)
B = unix
else
B = windows
endif
ifdef NOPE
C = x
endif
ifeq "$(shell which podman)" ""
D = docker
else
D = podman
endif
x:
ifdef CI
	mypy $(A) $(B) $(C) $(D)
else
	ruff
endif
"""


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("make x", "mypy a unix … …"),
        ("make x WITH=2", "mypy b unix … …"),
        ("WITH=3 make x", "mypy c unix … …"),
        ("make x OS=Windows_NT NOPE=1", "mypy a windows x …"),
        ("make x A=given", "mypy given unix … …"),
    ],
)
def test_conditional_takes_the_branch_that_holds_and_leaves_unknown_what_cannot_be_said(told: Told, run: str, words: str) -> None:
    assert [line.partition(" ")[2] for line in told(run, {"Makefile": CONDITIONS})] == [words]


def test_rules_of_both_branches_are_kept_when_nobody_knows_which_holds(told: Told) -> None:
    both = "ifeq ($(shell id -u),0)\na:\n\tmypy\nelse\na:\n\truff\nendif\n"
    assert told("make a", {"Makefile": both}) == ["Makefile:3 mypy", "Makefile:6 ruff"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("X = $(Y)\nY := b\n", "b"),
        ("Y := b\nX := $(Y)\nY := c\n", "b"),
        ("X = a\nX += b\n", "a b"),
        ("X ?= a\nX ?= b\n", "a"),
        ("X != ls\n", "…"),
        ("X = $(shell ls)\n", "…"),
        ("X = $(X)\n", "…"),
        ("X := $(Y) $(Y)\nY = $(X)\n", "… …"),
        ("X = $(strip  a   b )\n", "a b"),
        ("X = $(patsubst %.c,%.o,a.c b.c)\n", "a.o b.o"),
        ("S = a.c b.c\nX = $(S:.c=.o)\n", "a.o b.o"),
        ("X = $(filter-out b,a b c)\n", "a c"),
        ("X = $(addprefix src/,a b)\n", "src/a src/b"),
        ("X = $(foreach d,a b,-I$(d))\n", "-Ia -Ib"),
        ("f = $(2)-$(1)\nX = $(call f,a,b)\n", "b-a"),
        ("X = $(if $(NONE),a,a)\n", "a"),
        ("X = $(if $(NONE),a,b)\n", "…"),
        ("X = $(or ,a)\n", "a"),
        ("X = $(wildcard src/*.py)\n", "src/a.py src/b.py"),
        ("X = $(dir src/a.py)$(notdir src/b.py)\n", "src/b.py"),
        ("X = $(subst a,b,aa)\n", "bb"),
        ("X = $(sort b a b)\n", "a b"),
        ("X = $(word 2,a b)$(firstword a b)$(lastword a b)\n", "bab"),
        ("X = $(unheard of)\n", "…"),
        ("a_b = c\nn = b\nX = $(a_$(n))\n", "c"),
        ("override X = a # bandit\n", "a"),
        ("X = $(abspath src/../lib)\n", "lib"),
        ("X = $$HOME\n", "…"),
    ],
)
def test_variable_has_its_value_or_none_when_it_is_not_literal(told: Told, text: str, words: str) -> None:
    files = {"Makefile": f"{text}a:\n\tmypy $(X)\n", "src/a.py": "", "src/b.py": ""}
    assert told("make a", files)[0].partition("mypy ")[2] == words


def test_command_line_wins_over_the_makefile_also_in_the_makes_it_starts(told: Told) -> None:
    files = {"Makefile": "X = a\nall:\n\t$(MAKE) -C sub b\n", "sub/Makefile": "X := c\nb:\n\tmypy $(X)\n"}
    assert told("make X=given", files) == ["Makefile:3 make -C sub b", "sub/Makefile:3 mypy given"]
    assert told("make", files)[-1] == "sub/Makefile:3 mypy c"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("lint-%:\n\truff $* $@\n", ["Makefile:2 ruff web lint-web"]),
        ("lint-web: x\nlint-%: y\n\truff $<\nx: ; black\ny: ; isort\n", ["Makefile:4 black", "Makefile:5 isort", "Makefile:3 ruff x"]),
        ("lint-web lint-api: lint-%: pre-%\n\truff $*\npre-web:\n\tmypy\n", ["Makefile:4 mypy", "Makefile:2 ruff web"]),
        ("lint-web::\n\truff\nlint-web::\n\tmypy\n", ["Makefile:2 ruff", "Makefile:4 mypy"]),
        ("lint-web:\n\truff\nlint-web:\n\tmypy\n", ["Makefile:4 mypy"]),
        ("lint-web: x\nlint-web:\n\tmypy\nlint-web: y\nx y:\n\truff $@\n", ["Makefile:6 ruff x", "Makefile:6 ruff y", "Makefile:3 mypy"]),
        ("lint-web: F = --fix\nlint-web: x\nx:\n\truff $(F)\n", ["Makefile:4 ruff --fix"]),
        ("lint-web: export F = src\nlint-web:\n\truff $$F\n", ["Makefile:3 ruff src"]),
        ("export F := src\nlint-web:\n\truff $$F\n", ["Makefile:3 ruff src"]),
        ("lint-web:\n\tcd web && \\\n\t  npx eslint .\n", ["Makefile:3 eslint ."]),
        ("define run\nruff $(1)\n@-mypy\nendef\nlint-web:\n\t$(call run,src)\n", ["Makefile:6 ruff src", "Makefile:6 mypy (soft)"]),
        ("define T\nlint-$(1):\n\truff $(1)\nendef\n$(foreach n,api web,$(eval $(call T,$(n))))\n", ["Makefile:5 ruff web"]),
        (".RECIPEPREFIX = >\nlint-web:\n> ruff\n", ["Makefile:3 ruff"]),
        ("lint-web: $(shell ls) $(NONE) x\nx:\n\truff\n", ["Makefile:3 ruff"]),
        ("lint-web:\n\t# bandit -r\n\t@echo bandit\n", ["Makefile:3 echo bandit"]),
    ],
)
def test_rule_runs_what_make_would_run(told: Told, text: str, lines: list[str]) -> None:
    assert told("make lint-web", {"Makefile": text}) == lines


@pytest.mark.parametrize(
    ("run", "text", "lines"),
    [
        ("make a", "a:\n\tmypy; ruff\n", ["mypy (soft)", "ruff"]),
        ("make a", "SHELL := /bin/bash\n.SHELLFLAGS := -eu -o pipefail -c\na:\n\tmypy; ruff | tee x\n", ["mypy", "ruff", "tee x"]),
        ("make a", "a:\n\tmypy | tee x\n", ["mypy (soft)", "tee x"]),
        ("make a", ".POSIX:\na:\n\tmypy; ruff\n", ["mypy", "ruff"]),
        ("make a", ".ONESHELL:\na:\n\t@cd x\n\tmypy\n\truff\n", ["mypy (soft)", "ruff"]),
        ("make a", "a:\n\t-mypy\n\truff\n", ["mypy (soft)", "ruff"]),
        ("make -i a", "a:\n\tmypy\n", ["mypy (soft)"]),
        ("make -k a", "a:\n\tmypy\n", ["mypy"]),
        ("make a", ".IGNORE: a\na: b\n\tmypy\nb:\n\truff\n", ["ruff", "mypy (soft)"]),
        ("make -j4 a b", "a:\n\tmypy\nb:\n\truff\n", ["mypy", "ruff"]),
    ],
)
def test_failure_counts_as_make_and_its_shell_count_it(told: Told, run: str, text: str, lines: list[str]) -> None:
    assert [line.partition(" ")[2] for line in told(run, {"Makefile": text, "x": ""})] == lines


def test_make_finds_its_files(told: Told) -> None:
    files = {
        "GNUmakefile": "-include gone.mk $(wildcard mk/*.mk)\ninclude sub/*.inc\nall: a b\n.DEFAULT_GOAL := b\n",
        "Makefile": "all: ; bandit\n",
        "mk/a.mk": "a:\n\truff\n",
        "sub/b.inc": "HERE := $(dir $(lastword $(MAKEFILE_LIST)))\nb:\n\tmypy $(HERE)\n",
    }
    assert told("make", files) == ["sub/b.inc:3 mypy sub/"]
    assert told("make all", files) == ["mk/a.mk:2 ruff", "sub/b.inc:3 mypy sub/"]
    assert told("make -f mk/a.mk -f Makefile all", files) == ["Makefile:1 bandit"]
    assert told("make -C mk -f a.mk a", files) == ["mk/a.mk:2 ruff"]


def test_make_ends_when_makefiles_and_targets_need_one_another(told: Told) -> None:
    looping = {"Makefile": "include a.mk\na: b\n\tmypy\n\t$(MAKE) a\nb: a\n\truff\n", "a.mk": "include Makefile\n-include a.mk\n"}
    assert told("make a", looping)[:2] == ["Makefile:6 ruff", "Makefile:3 mypy"]
    deep = "".join(f"t{number}: t{number + 1}\n" for number in range(500)) + "t500:\n\tmypy\n"
    assert told("make t0", {"Makefile": deep}) == []
