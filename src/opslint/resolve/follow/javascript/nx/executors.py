"""What Nx's executors and plugins run: facts of their packages.

Source: Nx, "Executors" and "Inferred Tasks" of each plugin; Angular, "Builders".
"""

from __future__ import annotations

import msgspec

RUN_COMMANDS = frozenset(
    {
        "nx:run-commands",
        "@nx/workspace:run-commands",
        "@nrwl/workspace:run-commands",
        "@nx/run-commands:run-commands",
        "@nxlv/python:run-commands",
    }
)
RUN_SCRIPT = frozenset({"nx:run-script", "@nx/workspace:run-script", "@nrwl/workspace:run-script"})

EXECUTORS: dict[str, str] = {
    **dict.fromkeys(
        ("@nx/eslint:lint", "@nx/linter:eslint", "@nrwl/linter:eslint", "@angular-eslint/builder:lint", "@nx/linter:lint"), "eslint"
    ),
    **dict.fromkeys(("@nx/jest:jest", "@nrwl/jest:jest", "@angular-builders/jest:run"), "jest"),
    **dict.fromkeys(
        ("@nx/vite:test", "@nrwl/vite:test", "@nx/vitest:test", "@nxext/vitest:vitest", "@analogjs/vitest-angular:test"), "vitest run"
    ),
    **dict.fromkeys(("@nx/vite:build", "@nrwl/vite:build"), "vite build"),
    "@nx/playwright:playwright": "playwright test",
    **dict.fromkeys(("@nx/cypress:cypress", "@nrwl/cypress:cypress"), "cypress run"),
    **dict.fromkeys(("@nx/storybook:build", "@nrwl/storybook:build"), "storybook build"),
    **dict.fromkeys(("@nx/js:tsc", "@nrwl/js:tsc", "@nx/node:package", "@nrwl/workspace:tsc"), "tsc"),
    **dict.fromkeys(("@nx/js:swc", "@nrwl/js:swc"), "swc"),
    **dict.fromkeys(("@nx/webpack:webpack", "@nrwl/webpack:webpack", "@nrwl/web:webpack"), "webpack build"),
    **dict.fromkeys(("@nx/rollup:rollup", "@nrwl/rollup:rollup", "@nrwl/web:rollup"), "rollup"),
    **dict.fromkeys(("@nx/esbuild:esbuild", "@nrwl/esbuild:esbuild"), "esbuild --bundle"),
    "@nx/rspack:rspack": "rspack build",
    **dict.fromkeys(("@nx/next:build", "@nrwl/next:build"), "next build"),
    **dict.fromkeys(
        (
            "@angular-devkit/build-angular:browser",
            "@angular-devkit/build-angular:application",
            "@angular/build:application",
            "@nx/angular:application",
            "@nx/angular:webpack-browser",
            "@nx/angular:browser-esbuild",
            "@nrwl/angular:webpack-browser",
        ),
        "ng build",
    ),
    **dict.fromkeys(("@nx/angular:package", "@nrwl/angular:package", "@angular-devkit/build-angular:ng-packagr"), "ng-packagr"),
    **dict.fromkeys(("@angular-devkit/build-angular:karma", "@angular/build:karma", "@angular/build:unit-test"), "ng test"),
    "nx-stylelint:lint": "stylelint",
    "@nxlv/python:flake8": "flake8",
    "@nxlv/python:ruff-check": "ruff check",
    "@nx-go/nx-go:test": "go test ./...",
    "@monodon/rust:test": "cargo test",
    "@monodon/rust:lint": "cargo clippy",
    "@monodon/rust:build": "cargo build",
    **dict.fromkeys(("@nx-tools/nx-container:build", "@nx-tools/nx-docker:build"), "docker build ."),
}
"""Executor -> the command it comes to."""


class Inferred(msgspec.Struct, frozen=True):
    """A target that a plugin makes for every project with a configuration file of its own.

    Shape: `key` is the option that names the target (with a dot: nested), `default` its name without, "" where there is
           none; `configs` are beginnings of the files' names; `command` what it runs; `upwards` where a file in a folder above
           counts too; `holds` a word that must stand in a file whose name does not say enough.
    """

    key: str
    default: str
    configs: tuple[str, ...]
    command: str
    upwards: bool = False
    holds: str = ""


_VITEST = (
    Inferred("testTargetName", "test", ("vitest.config.",), "vitest run"),
    Inferred("testTargetName", "test", ("vite.config.",), "vitest run", holds="test"),
)
_PLAYWRIGHT = ("playwright.config.",)
_CYPRESS = ("cypress.config.",)

PLUGINS: dict[str, tuple[Inferred, ...]] = {
    "@nx/eslint/plugin": (Inferred("targetName", "lint", ("eslint.config.", ".eslintrc"), "eslint .", upwards=True),),
    "@nx/jest/plugin": (
        Inferred("targetName", "test", ("jest.config.",), "jest"),
        Inferred("ciTargetName", "", ("jest.config.",), "jest"),
    ),
    "@nx/vite/plugin": (
        *_VITEST,
        Inferred("buildTargetName", "build", ("vite.config.",), "vite build"),
        Inferred("typecheckTargetName", "typecheck", ("vite.config.",), "tsc --noEmit"),
    ),
    "@nx/vitest": (*_VITEST, Inferred("ciTargetName", "", ("vitest.config.", "vite.config."), "vitest run")),
    "@nx/playwright/plugin": (
        Inferred("targetName", "e2e", _PLAYWRIGHT, "playwright test"),
        Inferred("ciTargetName", "e2e-ci", _PLAYWRIGHT, "playwright test"),
    ),
    "@nx/cypress/plugin": (
        Inferred("targetName", "e2e", _CYPRESS, "cypress run"),
        Inferred("ciTargetName", "e2e-ci", _CYPRESS, "cypress run"),
        Inferred("componentTestingTargetName", "component-test", _CYPRESS, "cypress run --component"),
    ),
    "@nx/js/typescript": (
        Inferred("typecheck.targetName", "typecheck", ("tsconfig.json",), "tsc --build --emitDeclarationOnly"),
        Inferred("build.targetName", "", ("tsconfig.",), "tsc --build"),
    ),
    "@nx/webpack/plugin": (Inferred("buildTargetName", "build", ("webpack.config.",), "webpack build"),),
    "@nx/rspack/plugin": (Inferred("buildTargetName", "build", ("rspack.config.",), "rspack build"),),
    "@nx/rsbuild": (Inferred("buildTargetName", "build", ("rsbuild.config.",), "rsbuild build"),),
    "@nx/rollup/plugin": (Inferred("buildTargetName", "build", ("rollup.config.",), "rollup -c"),),
    "@nx/next/plugin": (Inferred("buildTargetName", "build", ("next.config.",), "next build"),),
    "@nx/nuxt/plugin": (Inferred("buildTargetName", "build", ("nuxt.config.",), "nuxt build"),),
    "@nx/remix/plugin": (Inferred("buildTargetName", "build", ("remix.config.",), "remix build"),),
}
"""Plugin of nx.json -> the targets it makes."""

BUILT_IN = frozenset(
    {
        "graph",
        "dep-graph",
        "format",
        "format:check",
        "format:write",
        "migrate",
        "reset",
        "report",
        "list",
        "init",
        "show",
        "release",
        "generate",
        "g",
        "connect",
        "daemon",
        "login",
        "print-affected",
        "workspace-lint",
        "workspace-generator",
        "watch",
        "add",
        "import",
        "sync",
        "sync:check",
        "repair",
        "record",
        "start-ci-run",
        "stop-all-agents",
        "fix-ci",
        "view-logs",
        "mcp",
        "conformance",
        "exec",
        "new",
        "affected:graph",
        "affected:dep-graph",
        "affected:apps",
        "affected:libs",
        "help",
    }
)
"""Words behind `nx` that name no target."""
