"""What Maven and its plugins say of themselves: phases in order, where goals bind, which prefix is which plugin, what skips.

Source: Maven, "Introduction to the Build Lifecycle", "Introduction to Plugin Prefix Resolution"; the goals' own pages.
"""

from __future__ import annotations

import msgspec

APACHE = "org.apache.maven.plugins"

_DEFAULT = """
    validate initialize generate-sources process-sources generate-resources process-resources compile process-classes
    generate-test-sources process-test-sources generate-test-resources process-test-resources test-compile process-test-classes
    test prepare-package package pre-integration-test integration-test post-integration-test verify install deploy
"""
_LIFECYCLES = (tuple(_DEFAULT.split()), ("pre-clean", "clean", "post-clean"), ("pre-site", "site", "post-site", "site-deploy"))


def upto(phase: str) -> frozenset[str]:
    """The phases that run when one is asked for, itself included."""
    for lifecycle in _LIFECYCLES:
        if phase in lifecycle:
            return frozenset(lifecycle[: lifecycle.index(phase) + 1])
    return frozenset()


class Goal(msgspec.Struct, frozen=True):
    """One goal of a plugin.

    Shape: `phase` is where it binds when its execution says none ("" for none); `skips` are the user properties that switch it off;
           `fails` maps a configuration key to the value with which its findings do not fail the build, and `properties` the user
           properties that set such keys.
    """

    phase: str = ""
    skips: tuple[str, ...] = ()
    fails: dict[str, str] = {}
    properties: dict[str, str] = {}


def _goal(phase: str, skips: str = "", soft: str = "", properties: str = "") -> Goal:
    """A row: `soft` is `key=value`, `properties` the user properties of that key."""
    pairs = dict(pair.split("=", 1) for pair in soft.split())
    key = next(iter(pairs), "")
    return Goal(phase, tuple(skips.split()), pairs, dict.fromkeys(properties.split(), key))


_TESTS = "skipTests maven.test.skip"

GOALS: dict[str, Goal] = {
    f"{APACHE}:maven-surefire-plugin:test": _goal(
        "test", f"{_TESTS} surefire.skip maven.test.skip.exec", "testFailureIgnore=true", "maven.test.failure.ignore"
    ),
    f"{APACHE}:maven-failsafe-plugin:integration-test": _goal("integration-test", f"{_TESTS} skipITs maven.test.skip.exec"),
    f"{APACHE}:maven-failsafe-plugin:verify": _goal(
        "verify", f"{_TESTS} skipITs", "testFailureIgnore=true", "maven.test.failure.ignore"
    ),
    f"{APACHE}:maven-checkstyle-plugin:check": _goal(
        "verify", "checkstyle.skip", "failOnViolation=false", "checkstyle.failOnViolation"
    ),
    f"{APACHE}:maven-pmd-plugin:check": _goal("verify", "pmd.skip", "failOnViolation=false", "pmd.failOnViolation"),
    f"{APACHE}:maven-pmd-plugin:cpd-check": _goal("verify", "cpd.skip", "failOnViolation=false", "cpd.failOnViolation"),
    f"{APACHE}:maven-enforcer-plugin:enforce": _goal("validate", "enforcer.skip", "fail=false", "enforcer.fail"),
    f"{APACHE}:maven-compiler-plugin:compile": _goal("compile", "maven.main.skip"),
    f"{APACHE}:maven-compiler-plugin:testCompile": _goal("test-compile", "maven.test.skip"),
    f"{APACHE}:maven-gpg-plugin:sign": _goal("verify", "gpg.skip"),
    f"{APACHE}:maven-dependency-plugin:analyze-only": _goal("verify", "mdep.analyze.skip"),
    f"{APACHE}:maven-javadoc-plugin:jar": _goal("package", "maven.javadoc.skip"),
    f"{APACHE}:maven-source-plugin:jar-no-fork": _goal("package", "maven.source.skip"),
    f"{APACHE}:maven-deploy-plugin:deploy": _goal("deploy", "maven.deploy.skip"),
    "com.github.spotbugs:spotbugs-maven-plugin:check": _goal(
        "verify", "spotbugs.skip", "failOnError=false", "spotbugs.failOnError"
    ),
    "org.jacoco:jacoco-maven-plugin:prepare-agent": _goal("initialize", "jacoco.skip"),
    "org.jacoco:jacoco-maven-plugin:report": _goal("verify", "jacoco.skip"),
    "org.jacoco:jacoco-maven-plugin:report-aggregate": _goal("", "jacoco.skip"),
    "org.jacoco:jacoco-maven-plugin:check": _goal("verify", "jacoco.skip", "haltOnFailure=false", "jacoco.haltOnFailure"),
    "org.owasp:dependency-check-maven:check": _goal("verify", "dependency-check.skip"),
    "org.owasp:dependency-check-maven:aggregate": _goal("verify", "dependency-check.skip"),
    "org.sonatype.ossindex.maven:ossindex-maven-plugin:audit": _goal("verify", "ossindex.skip", "fail=false", "ossindex.fail"),
    "com.diffplug.spotless:spotless-maven-plugin:check": _goal("verify", "spotless.check.skip spotless.skip"),
    "net.revelc.code.formatter:formatter-maven-plugin:validate": _goal("validate", "formatter.skip"),
    "net.revelc.code:impsort-maven-plugin:check": _goal("process-sources", "impsort.skip"),
    "io.spring.javaformat:spring-javaformat-maven-plugin:validate": _goal("validate", "spring-javaformat.validate.skip"),
    "com.spotify.fmt:fmt-maven-plugin:check": _goal("verify", "fmt.skip"),
    "org.cyclonedx:cyclonedx-maven-plugin:makeBom": _goal("package", "cyclonedx.skip"),
    "org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom": _goal("package", "cyclonedx.skip"),
    "org.cyclonedx:cyclonedx-maven-plugin:makePackageBom": _goal("package", "cyclonedx.skip"),
    "org.spdx:spdx-maven-plugin:createSPDX": _goal("verify", "spdx.skip"),
    "com.mycila:license-maven-plugin:check": _goal("verify", "license.skip", "failIfMissing=false", "license.failIfMissing"),
    "org.apache.rat:apache-rat-plugin:check": _goal("validate", "rat.skip", "ignoreErrors=true", "rat.ignoreErrors"),
    "org.codehaus.mojo:license-maven-plugin:add-third-party": _goal("generate-resources", "license.skipAddThirdParty"),
    "org.codehaus.mojo:animal-sniffer-maven-plugin:check": _goal("process-classes", "animal.sniffer.skip"),
    "org.revapi:revapi-maven-plugin:check": _goal("verify", "revapi.skip"),
    "com.github.siom79.japicmp:japicmp-maven-plugin:cmp": _goal("verify", "japicmp.skip"),
    "de.thetaphi:forbiddenapis:check": _goal("process-classes", "forbiddenapis.skip"),
    "de.thetaphi:forbiddenapis:testCheck": _goal("process-test-classes", "forbiddenapis.skip"),
    "org.pitest:pitest-maven:mutationCoverage": _goal("verify", "skipPitest"),
    "com.github.ekryd.sortpom:sortpom-maven-plugin:verify": _goal("validate", "sort.skip"),
    "com.github.gantsign.maven:ktlint-maven-plugin:check": _goal("verify", "ktlint.skip"),
    "io.github.git-commit-id:git-commit-id-maven-plugin:revision": _goal("initialize", "maven.gitcommitid.skip"),
    "org.springframework.boot:spring-boot-maven-plugin:repackage": _goal("package", "spring-boot.repackage.skip"),
    "org.springframework.boot:spring-boot-maven-plugin:build-image": _goal("package", "spring-boot.build-image.skip"),
    "org.codehaus.mojo:exec-maven-plugin:exec": _goal("", "exec.skip skipExec"),
    "org.antlr:antlr4-maven-plugin:antlr4": _goal("generate-sources"),
    "io.gatling:gatling-maven-plugin:test": _goal("integration-test", "gatling.skip"),
    "dev.sigstore:sigstore-maven-plugin:sign": _goal("verify", "sigstore.skip"),
}
"""`group:artifact:goal` -> what is known of it."""

_PREFIXED = "checkstyle pmd enforcer compiler gpg dependency javadoc source deploy surefire failsafe release jar install site shade"
PREFIXES: dict[str, str] = {
    **{prefix: f"{APACHE}:maven-{prefix}-plugin" for prefix in _PREFIXED.split()},
    "spotbugs": "com.github.spotbugs:spotbugs-maven-plugin",
    "jacoco": "org.jacoco:jacoco-maven-plugin",
    "dependency-check": "org.owasp:dependency-check-maven",
    "ossindex": "org.sonatype.ossindex.maven:ossindex-maven-plugin",
    "spotless": "com.diffplug.spotless:spotless-maven-plugin",
    "formatter": "net.revelc.code.formatter:formatter-maven-plugin",
    "impsort": "net.revelc.code:impsort-maven-plugin",
    "spring-javaformat": "io.spring.javaformat:spring-javaformat-maven-plugin",
    "fmt": "com.spotify.fmt:fmt-maven-plugin",
    "cyclonedx": "org.cyclonedx:cyclonedx-maven-plugin",
    "spdx": "org.spdx:spdx-maven-plugin",
    "apache-rat": "org.apache.rat:apache-rat-plugin",
    "animal-sniffer": "org.codehaus.mojo:animal-sniffer-maven-plugin",
    "japicmp": "com.github.siom79.japicmp:japicmp-maven-plugin",
    "pitest": "org.pitest:pitest-maven",
    "forbiddenapis": "de.thetaphi:forbiddenapis",
    "sonar": "org.sonarsource.scanner.maven:sonar-maven-plugin",
    "exec": "org.codehaus.mojo:exec-maven-plugin",
    "spring-boot": "org.springframework.boot:spring-boot-maven-plugin",
    "jib": "com.google.cloud.tools:jib-maven-plugin",
    "gatling": "io.gatling:gatling-maven-plugin",
    "jmeter": "com.lazerycode.jmeter:jmeter-maven-plugin",
    "sigstore": "dev.sigstore:sigstore-maven-plugin",
    "ktlint": "com.github.gantsign.maven:ktlint-maven-plugin",
    "sortpom": "com.github.ekryd.sortpom:sortpom-maven-plugin",
    "clm": "com.sonatype.clm:clm-maven-plugin",
}
"""Prefixes on a command line that do not depend on the project; the licence plugins share theirs and are found by the project."""

BUILT_IN = (("test", f"{APACHE}:maven-surefire-plugin", "test"), ("compile", f"{APACHE}:maven-compiler-plugin", "compile"))
"""(phase, plugin, goal) that a module with code has without saying so, as far as tools look at them."""


ONCE = frozenset({f"{APACHE}:maven-surefire-plugin:test", f"{APACHE}:maven-failsafe-plugin:integration-test"})
"""Goals of which one place is enough, as nothing but that they run is asked of them."""


def prefix_of(plugin: str) -> str:
    """The prefix of a plugin by its name: `maven-x-plugin` and `x-maven-plugin` are x."""
    name = plugin.rpartition(":")[2]
    if name.startswith("maven-") and name.endswith("-plugin"):
        return name[len("maven-") : -len("-plugin")]
    return name.removesuffix("-maven-plugin").removesuffix("-maven").removesuffix("-plugin")
