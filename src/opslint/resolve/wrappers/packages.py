"""Node packages whose program has another name: `npx @sentry/cli` runs `sentry-cli`."""

from __future__ import annotations

BINARIES = {
    "@angular/cli": "ng",
    "@anthropic-ai/claude-code": "claude",
    "@arethetypeswrong/cli": "attw",
    "@aws-amplify/cli": "amplify",
    "@axe-core/cli": "axe",
    "@babel/cli": "babel",
    "@changesets/cli": "changeset",
    "@commitlint/cli": "commitlint",
    "@cucumber/cucumber": "cucumber-js",
    "@devcontainers/cli": "devcontainer",
    "@expo/cli": "expo",
    "@graphql-codegen/cli": "graphql-codegen",
    "@graphql-inspector/cli": "graphql-inspector",
    "@infisical/cli": "infisical",
    "@ionic/cli": "ionic",
    "@lhci/cli": "lhci",
    "@mermaid-js/mermaid-cli": "mmdc",
    "@nestjs/cli": "nest",
    "@nrwl/cli": "nx",
    "@openai/codex": "codex",
    "@percy/cli": "percy",
    "@playwright/test": "playwright",
    "@railway/cli": "railway",
    "@redocly/cli": "redocly",
    "@sentry/cli": "sentry-cli",
    "@shopify/cli": "shopify",
    "@socketsecurity/cli": "socket",
    "@sonar/scan": "sonar",
    "@stoplight/prism-cli": "prism",
    "@stoplight/spectral-cli": "spectral",
    "@storybook/cli": "sb",
    "@stryker-mutator/core": "stryker",
    "@svgr/cli": "svgr",
    "@swc/cli": "swc",
    "@typescript/native-preview": "tsgo",
    "@usebruno/cli": "bru",
    "@vscode/vsce": "vsce",
    "@wdio/cli": "wdio",
    "@web/test-runner": "wtr",
    "aws-cdk": "cdk",
    "firebase-tools": "firebase",
    "markdownlint-cli": "markdownlint",
    "netlify-cli": "netlify",
    "typescript": "tsc",
}
"""Facts from the packages' own `bin` entries."""


def binary_of(package: str) -> str:
    """The program a package brings: where nothing else is known, that of a scoped one is the name behind the scope; "" for a command.

    Source: npm, "npx" (the package's only `bin`, or the one named like the package without its scope).
    """
    known = BINARIES.get(package)
    if known is not None:
        return known
    scope, slash, name = package.partition("/")
    return name if slash and len(scope) > 1 and scope[0] == "@" and name and "/" not in name and "…" not in package else ""
