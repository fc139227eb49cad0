"""Earthly, Bazel, Mage, moon and Dagger: what their targets run, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Told = Callable[[str, dict[str, str]], list[str]]
Activities = Callable[[str, dict[str, str]], list[Activity]]

EARTHFILE = """
VERSION 0.8
FROM python:3.12
WORKDIR /app
# bandit is only named here

deps:
    ARG LEVEL=low
    COPY . .
    RUN --secret TOKEN pip install -r requirements.txt

lint:
    FROM +deps
    RUN --no-cache ruff check \\
        # a comment
        src
    RUN ["mypy", "src"]
    RUN --push twine upload
    IF [ "$X" = "1" ]
        RUN black .
    END

audit:
    FROM +deps
    ARG LEVEL=low
    RUN pip-audit --level $LEVEL || true

all:
    BUILD +lint
    BUILD --pass-args +audit --LEVEL=high
    BUILD ./web+test
    DO +REPORT
    COPY +lint/report .
    BUILD github.com/x/y+z

REPORT:
    FUNCTION
    RUN make codecov

loop:
    FROM +loop
    BUILD +loop
    RUN isort

unused:
    RUN semgrep scan
"""
EARTH = {
    "Earthfile": EARTHFILE,
    "web/Earthfile": "test:\n    LOCALLY\n    RUN npm test\n",
    "web/package.json": '{"scripts": {"test": "vitest"}}',
    "Makefile": "codecov:\n\tcodecov\n",
}


def test_earthly_leads_to_targets_built_on_when_one_is_named(told: Told, activities: Activities) -> None:
    assert told("earthly --ci +all", EARTH) == [
        "Earthfile:9 pip install -r requirements.txt",
        "Earthfile:13 ruff check src",
        "Earthfile:16 mypy src",
        "Earthfile:19 black .",
        "Earthfile:25 pip-audit --level high (soft)",
        "web/Earthfile:3 npm test",
        "web/package.json:1 vitest",
        "Earthfile:37 make codecov",
    ]
    found = {one.name: one for one in activities("earthly +all", EARTH)}
    assert [hop.text for hop in found["ruff"].chain[1:]] == ["BUILD +lint", "ruff check \\"]
    assert found["black"].command is not None
    assert found["black"].command.confidence == "low"


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("earthly +audit --LEVEL=all", ["Earthfile:9 pip install -r requirements.txt", "Earthfile:25 pip-audit --level all (soft)"]),
        ("earthly ./web+test", ["web/Earthfile:3 npm test", "web/package.json:1 vitest"]),
        ("cd web && earthly +test", ["web/Earthfile:3 npm test", "web/package.json:1 vitest"]),
        ("earthly +loop", ["Earthfile:42 isort"]),
        ("earthly +nope", []),
        ("earthly github.com/x/y+z", []),
        ("earthly bootstrap", []),
    ],
)
def test_earthly_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, EARTH) == lines


def test_earthly_pushes_only_when_it_is_told_to(told: Told) -> None:
    assert "Earthfile:17 twine upload" in told("earthly --push +lint", EARTH)


def test_earthly_takes_no_script_for_missing_that_a_container_may_hold(activities: Activities) -> None:
    earthfile = "a:\n    COPY . .\n    RUN ci/x.sh\n"
    assert [one.disabled for one in activities("earthly +a", {"Earthfile": earthfile, "ci/y.sh": ""})] == ["", ""]


BUILD = """
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")
# bandit
ARGS = ["src"]
alias(name = "check", actual = "//tools:lint")
sh_binary(name = "fix", srcs = ["fix.sh"], args = ARGS)
py_test(name = "audit", srcs = ["audit.py", "lib.py"])
test_suite(name = "all", tests = [":audit", "//tools:lint_test"])
genrule(name = "gen", outs = ["x"], cmd = "mypy $(SRCS) > $@ && echo $$HOME")
buildifier(name = "buildifier", mode = "diff")
alias(name = "loop", actual = ":loop2")
alias(name = "loop2", actual = "loop")
[sh_binary(name = n) for n in ["semgrep"]]
"""
BAZEL = {
    "BUILD.bazel": BUILD,
    "fix.sh": "#!/bin/bash\nset -e\nblack $1\n",
    "audit.py": "import subprocess\nsubprocess.run(['pip-audit'], check=True)\n",
    "tools/BUILD": 'sh_binary(name = "lint", srcs = ["lint.sh"])\nsh_test(name = "lint_test", srcs = ["lint.sh"])\n',
    "tools/lint.sh": "#!/bin/bash\nruff check\n",
}


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("bazel run //:check", ["tools/lint.sh:2 ruff check"]),
        ("bazelisk run --config=ci //tools:lint", ["tools/lint.sh:2 ruff check"]),
        ("bazel run :fix", ["fix.sh:3 black src"]),
        ("bazel run //:fix -- lib", ["fix.sh:3 black src"]),
        ("bazel test //:all //tools:lint_test", ["tools/lint.sh:2 ruff check"]),
        ("bazel build :gen", ["BUILD.bazel:8 mypy …", "BUILD.bazel:8 echo …"]),
        ("bazel run //:buildifier", ["BUILD.bazel:9 buildifier -mode=diff"]),
        ("bazel run //:loop", []),
        ("bazel run //:nope", []),
        ("bazel run @other//:x", []),
        ("bazel test //...", []),
        ("bazel query //:check", []),
    ],
)
def test_bazel_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    found = [line for line in told(run, BAZEL) if "audit" not in line]
    assert found == lines


def test_bazel_chain_names_the_rules_on_the_way(activities: Activities) -> None:
    ruff = activities("bazel run //:check", BAZEL)[-1]
    assert [(hop.path, hop.line, hop.text) for hop in ruff.chain[1:]] == [
        ("BUILD.bazel", 4, 'alias(name = "check")'),
        ("tools/BUILD", 1, 'sh_binary(name = "lint")'),
        ("tools/lint.sh", 2, "ruff check"),
    ]


MAGEFILE = """
//go:build mage

package main

// Lint runs bandit.
func Lint(ctx context.Context) error {
	mg.CtxDeps(ctx, Generate, CI.Types)
	fmt.Println("semgrep scan") // sh.Run("semgrep")
	if err := sh.RunV("golangci-lint", "run", "./..."); err != nil {
		return err
	}
	return helper("x")
}

func helper(x string) error {
	return sh.RunWithV(map[string]string{"A": "b"}, "govulncheck", x, "./...")
}

func Generate() error { mg.Deps(Lint); return sh.Run(name(), "x") }

type CI mg.Namespace

func (CI) Types() error {
	cmd := exec.Command("staticcheck", "./...")
	return cmd.Run()
}

var Default = Lint

var Aliases = map[string]interface{}{
	"l": Lint,
	"t": CI.Types,
}
"""


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("mage lint", ["magefile.go:24 staticcheck ./...", "magefile.go:9 golangci-lint run ./...", "magefile.go:16 govulncheck … ./..."]),
        ("mage -v l", ["magefile.go:24 staticcheck ./...", "magefile.go:9 golangci-lint run ./...", "magefile.go:16 govulncheck … ./..."]),
        ("mage ci:types", ["magefile.go:24 staticcheck ./..."]),
        ("mage t", ["magefile.go:24 staticcheck ./..."]),
        ("mage nope", []),
        ("mage -l", []),
    ],
)
def test_mage_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, {"magefile.go": MAGEFILE}) == lines


def test_mage_runs_its_default_and_reads_its_folder(told: Told) -> None:
    assert len(told("mage", {"magefile.go": MAGEFILE})) == 3
    assert told("mage build", {"magefiles/x.go": 'package main\nfunc Build() { sh.Run("go", "build") }\n'}) == ["magefiles/x.go:2 go build"]
    assert told("mage build", {"main.go": 'package main\nfunc Build() { sh.Run("go", "build") }\n'}) == []


MOON = {
    ".moon/workspace.yml": "projects:\n  - 'apps/*'\n",
    ".moon/tasks.yml": "tasks:\n  lint:\n    command: eslint\n    args: [--max-warnings, '0', '@globs(sources)']\n",
    "apps/web/moon.yml": "tasks:\n  test:\n    command: vitest run\n    deps: ['build', 'api:types']\n  build: {command: [vite, build]}\n"
    "  dev: {command: vite}\n  slow: {command: semgrep, options: {runInCI: false}}\n",
    "apps/api/moon.yml": "tasks:\n  types: {script: 'mypy src && bandit -r src', deps: ['web:test']}\n",
}


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("moon run web:test", ["apps/web/moon.yml:5 vite build", "apps/api/moon.yml:2 mypy src", "apps/api/moon.yml:2 bandit -r src",
                               "apps/web/moon.yml:3 vitest run"]),
        ("moon run :build", ["apps/web/moon.yml:5 vite build"]),
        ("cd apps/web && moon run build", ["apps/web/moon.yml:5 vite build"]),
        ("moon run web:nope", []),
        ("moon setup", []),
    ],
)  # fmt: skip
def test_moon_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, MOON) == lines


def test_moon_runs_every_task_of_a_pipeline_that_does_not_opt_out(told: Told) -> None:
    found = told("moon ci", MOON)
    assert ".moon/tasks.yml:3 eslint --max-warnings 0 …" in found
    assert not [line for line in found if "semgrep" in line or line.endswith(" vite")]


DAGGER = {
    "dagger.json": '{"name": "x", "sdk": "go"}',
    ".dagger/main.go": 'package main\n// bandit\nfunc (m *X) LintAll(ctx context.Context) *Container {\n\treturn m.base().\n'
    '\t\tWithExec([]string{"golangci-lint", "run", "--timeout", limit}).\n\t\tWithEnvVariable("A", "semgrep")\n}\n'
    'func (m *X) base() *Container { return dag.Container().From("golang").WithExec([]string{"apk", "add", "git"}) }\n',
}


def test_dagger_runs_the_literal_commands_of_its_functions(told: Told) -> None:
    assert told("dagger call lint-all --source .", DAGGER) == [
        ".dagger/main.go:5 golangci-lint run --timeout …",
        ".dagger/main.go:8 apk add git",
    ]
    python = {"ci/dagger.json": '{"source": "."}', "ci/src/main.py": "@object_type\nclass X:\n    @function\n    def lint(self):\n"
              "        return self.base().with_exec(['ruff', 'check', path])\n    def base(self):\n        return self.lint()\n"}
    assert told("dagger -m ci call lint", python) == ["ci/src/main.py:5 ruff check …"]


@pytest.mark.parametrize("run", ["dagger call nope", "dagger call -m github.com/x/y lint-all", "dagger functions", "dagger develop"])
def test_dagger_says_nothing_when_its_function_is_not_here(told: Told, run: str) -> None:
    assert told(run, DAGGER) == []
