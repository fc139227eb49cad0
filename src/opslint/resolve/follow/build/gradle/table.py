"""What Gradle plugins bring: their tasks, and which of these `check` and others run.

Source: the plugins' own pages; Gradle, "The Java Plugin", "The Base Plugin".
"""

from __future__ import annotations

import msgspec

from opslint.resolve.wrappers.tables import words_in


class Brings(msgspec.Struct, frozen=True):
    """What one plugin brings.

    Shape: `hung` are the tasks that `under` runs, `more` those that only run when asked for; `extension` is the name of its block.
    """

    hung: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    extension: str = ""
    under: str = "check"


def _row(hung: str = "", more: str = "", extension: str = "", under: str = "check") -> Brings:
    return Brings(tuple(hung.split()), tuple(more.split()), extension, under)


_DETEKT = _row("detekt", "detektMain detektTest detektDebug detektRelease", "detekt")
_LICENSE = _row("licenseMain licenseTest", "downloadLicenses", "license")
_ANDROID = _row("lint", "lintDebug lintRelease lintVitalRelease", "android")
_VERSIONS = _row(more="dependencyUpdates")
_SONAR = _row(more="sonar sonarqube")

PLUGINS: dict[str, Brings] = {
    "checkstyle": _row("checkstyleMain checkstyleTest", "", "checkstyle"),
    "pmd": _row("pmdMain pmdTest", "", "pmd"),
    "codenarc": _row("codenarcMain codenarcTest", "", "codenarc"),
    "jacoco": _row("", "jacocoTestReport jacocoTestCoverageVerification", "jacoco"),
    "com.github.spotbugs": _row("spotbugsMain spotbugsTest", "", "spotbugs"),
    "com.github.spotbugs-base": _row("", "", "spotbugs"),
    "io.gitlab.arturbosch.detekt": _DETEKT,
    "dev.detekt": _DETEKT,
    "org.jlleitschuh.gradle.ktlint": _row("ktlintCheck", "ktlintMainSourceSetCheck", "ktlint"),
    "org.jmailen.kotlinter": _row("lintKotlin", "", "kotlinter"),
    "com.diffplug.spotless": _row("spotlessCheck", "", "spotless"),
    "com.diffplug.gradle.spotless": _row("spotlessCheck", "", "spotless"),
    "com.github.sherter.google-java-format": _row("", "verifyGoogleJavaFormat"),
    "io.spring.javaformat": _row("checkFormatMain checkFormatTest", "checkFormat"),
    "io.spring.nohttp": _row("checkstyleNohttp", "", "nohttp"),
    "net.ltgt.errorprone": _row("net.ltgt.errorprone", "", "", "compileJava"),
    "org.jetbrains.kotlinx.kover": _row("koverVerify", "koverXmlReport koverHtmlReport", "kover"),
    "org.owasp.dependencycheck": _row("", "dependencyCheckAnalyze dependencyCheckAggregate", "dependencyCheck"),
    "org.sonatype.gradle.plugins.scan": _row("", "ossIndexAudit nexusIQScan", "ossIndexAudit"),
    "org.cyclonedx.bom": _row("", "cyclonedxBom cyclonedxDirectBom", "cyclonedxBom"),
    "org.spdx.sbom": _row("", "spdxSbom", "spdxSbom"),
    "com.github.jk1.dependency-license-report": _row("", "generateLicenseReport checkLicense", "licenseReport"),
    "com.github.hierynomus.license": _LICENSE,
    "com.hierynomus.license": _LICENSE,
    "org.cadixdev.licenser": _row("checkLicenses", "", "license"),
    "app.cash.licensee": _row("licensee", "", "licensee"),
    "org.nosphere.apache.rat": _row("rat", "", "rat"),
    "org.jetbrains.kotlinx.binary-compatibility-validator": _row("apiCheck", "", "apiValidation"),
    "me.champeau.gradle.japicmp": _row("", "japicmp"),
    "ru.vyarus.animalsniffer": _row("animalsnifferMain", "", "animalsniffer"),
    "de.thetaphi.forbiddenapis": _row("forbiddenApisMain forbiddenApisTest", "", "forbiddenApis"),
    "com.autonomousapps.dependency-analysis": _row("", "buildHealth"),
    "org.sonarqube": _SONAR,
    "info.solidsoft.pitest": _row("", "pitest", "pitest"),
    "me.champeau.jmh": _row("", "jmh", "jmh"),
    "me.champeau.gradle.jmh": _row("", "jmh", "jmh"),
    "io.gatling.gradle": _row("", "gatlingRun"),
    "com.github.ben-manes.versions": _VERSIONS,
    "io.snyk.gradle.plugin.snykplugin": _row("", "snyk-test snyk-monitor", "snyk"),
    "signing": _row("signing", "", "signing", "publish"),
    "dev.sigstore.sign": _row("sigstoreSign", "", "sigstoreSign", "publish"),
    "com.google.cloud.tools.jib": _row("", "jib jibDockerBuild", "jib"),
    "com.android.application": _ANDROID,
    "com.android.library": _ANDROID,
    "com.android.dynamic-feature": _ANDROID,
    "com.android.lint": _ANDROID,
}
"""Plugin id -> what it brings."""

_JVM = ("test",)
_PHONE = ("test", "testDebugUnitTest", "testReleaseUnitTest", "connectedCheck", "connectedAndroidTest", "connectedDebugAndroidTest")
_EVERYWHERE = ("allTests", "jvmTest", "jsTest", "nativeTest", "macosArm64Test", "linuxX64Test")

TESTING: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        words_in("java java-library java-gradle-plugin application war groovy scala org.jetbrains.kotlin.jvm kotlin-dsl "
                 "org.springframework.boot groovy-gradle-plugin"),
        _JVM,
    ),
    **dict.fromkeys(words_in("com.android.application com.android.library com.android.dynamic-feature"), _PHONE),
    "org.jetbrains.kotlin.multiplatform": _EVERYWHERE,
    "org.graalvm.buildtools.native": ("nativeTest",),
}
"""Plugin id -> the tasks with which it tests."""

RUNS: dict[str, tuple[str, ...]] = {
    "build": ("check", "assemble"),
    "buildNeeded": ("build",),
    "buildDependents": ("build",),
    "check": ("test", "allTests"),
    "connectedCheck": ("connectedAndroidTest",),
    "assemble": ("jar", "bootJar"),
    "bootJar": ("classes",),
    "bootRun": ("classes",),
    "jar": ("classes",),
    "classes": ("compileJava",),
    "testClasses": ("compileTestJava",),
    "compileTestJava": ("classes",),
    "test": ("classes",),
    "publish": ("assemble",),
    "publishToMavenLocal": ("assemble",),
    "jacocoTestCoverageVerification": ("classes",),
    "sonarqube": ("sonar",),
    "detektMain": ("compileJava",),
}
"""Tasks of the built-in plugins -> those they run first."""

PUBLISHING = ("publish", "uploadArchives", "closeAndReleaseSonatypeStagingRepository", "jreleaserFullRelease")
"""How the names of tasks begin that publish."""

TYPES: dict[str, str] = {
    "Checkstyle": "checkstyle",
    "Pmd": "pmd",
    "CodeNarc": "codenarc",
    "SpotBugsTask": "spotbugs",
    "Detekt": "detekt",
    "KtLintCheckTask": "ktlint",
    "BaseKtLintCheckTask": "ktlint",
    "Test": "test",
}
"""Types of tasks, as `withType` names them -> the prefix of the tasks' names."""

MAINS: dict[str, str] = {
    "com.pinterest.ktlint.Main": "ktlint",
    "com.github.shyiko.ktlint.Main": "ktlint",
    "com.puppycrawl.tools.checkstyle.Main": "checkstyle",
    "io.gitlab.arturbosch.detekt.cli.Main": "detekt",
    "net.sourceforge.pmd.PMD": "pmd",
    "com.github.spotbugs.LaunchAppropriateUI": "spotbugs",
}
"""Main classes of `JavaExec` tasks -> the programs they are."""
