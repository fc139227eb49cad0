"""Gradle: which plugins, tests and commands tasks run."""

from __future__ import annotations

import pytest
from tests.unit.resolve.follow.build.followed import followed, names, places

from opslint.resolve.follow.build.gradle.script import arguments, literal, statements

GROOVY = """
plugins {
    id 'java'
    id 'checkstyle'
    id "com.github.spotbugs" version "6.0"
    id 'org.owasp.dependencycheck' version '9.0'
    id 'pmd' apply false
}
"""


def test_check_runs_the_tasks_that_plugins_hang_on_it() -> None:
    found = followed("./gradlew check", {"build.gradle": GROOVY})
    assert [one.name for one in found] == [
        "gradle", "gradle test", "gradle checkstyleMain", "gradle checkstyleTest", "gradle spotbugsMain", "gradle spotbugsTest",
    ]
    assert places(found[2]) == [("build.gradle", 3)]
    assert found[2].chain[-1].text == "checkstyle (checkstyleMain)"
    assert found[2].blocking


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("./gradlew build -x test", 4),
        ("./gradlew build -x spotbugsMain -x spotbugsTest", 3),
        ("./gradlew test", 1),
        ("./gradlew assemble", 0),
        ("./gradlew tasks", 0),
        ("./gradlew check --dry-run", 0),
        ("./gradlew dependencyCheckAnalyze", 1),
        ("./gradlew -p . check", 5),
    ],
)
def test_tasks_run_what_they_need_and_no_more(run: str, expected: int) -> None:
    assert len(names(run, {"build.gradle": GROOVY})) == expected


@pytest.mark.parametrize(
    "text",
    [
        "// id 'checkstyle'\nplugins { id 'base' /* id 'checkstyle' */ }",
        "def x = \"id 'checkstyle'\"",
        "dependencies { implementation 'com.puppycrawl.tools:checkstyle:10' }",
        "plugins { id 'checkstyle' apply false }",
        "if (ci) { apply plugin: 'checkstyle' }",
        "description = 'apply plugin: checkstyle'",
    ],
)
def test_plugin_says_nothing_when_it_is_only_named(text: str) -> None:
    assert names("gradle check", {"build.gradle": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "apply plugin: 'checkstyle'",
        "plugins { checkstyle }",
        "plugins {\n  `java-library`\n  id(\"checkstyle\")\n}",
        "apply(plugin = \"checkstyle\")",
        "pluginManager.apply(\"checkstyle\")",
        "plugins { alias(libs.plugins.style.check) }",
        "apply<CheckstylePlugin>()",
        "allprojects { apply plugin: 'checkstyle' }",
        "apply from: \"$rootDir/gradle/lint.gradle\"",
    ],
)
def test_plugin_is_found_however_it_is_applied(text: str) -> None:
    files = {
        "build.gradle.kts": text,
        "gradle/libs.versions.toml": '[plugins]\nstyle-check = { id = "checkstyle", version = "1" }\n',
        "gradle/lint.gradle": "apply plugin: 'checkstyle'",
    }
    assert "gradle checkstyleMain" in names("gradle check", files)


def test_convention_plugin_of_the_repository_is_read() -> None:
    files = {
        "settings.gradle.kts": 'includeBuild("build-logic")\ninclude(":app")',
        "app/build.gradle.kts": 'plugins { id("acme.quality") }',
        "build-logic/src/main/kotlin/acme.quality.gradle.kts": 'plugins {\n  id("com.diffplug.spotless")\n}',
    }
    activity = followed("./gradlew check", files)[1]
    assert activity.name == "gradle spotlessCheck"
    assert places(activity) == [("build-logic/src/main/kotlin/acme.quality.gradle.kts", 2)]


def test_convention_plugin_made_as_a_class_is_read() -> None:
    made = 'gradlePlugin { plugins { register("x") {\n id = "acme.lint"\n implementationClass = "acme.LintPlugin"\n} } }'
    body = 'override fun apply(target: Project) {\n with(target) {\n pluginManager.apply("pmd")\n} }'
    source = f"class LintPlugin : Plugin<Project> {{\n {body} }}"
    files = {
        "settings.gradle.kts": 'include(":app")',
        "app/build.gradle.kts": 'plugins { id("acme.lint") }',
        "build-logic/build.gradle.kts": made,
        "build-logic/src/main/kotlin/acme/LintPlugin.kt": source,
    }
    activity = followed("./gradlew check", files)[1]
    assert (activity.name, places(activity)) == ("gradle pmdMain", [("build-logic/src/main/kotlin/acme/LintPlugin.kt", 4)])


PROJECTS = {
    "settings.gradle": "include ':a', ':b'\ninclude 'c:d'",
    "build.gradle": "subprojects { apply plugin: 'pmd' }\nproject(':b') { apply plugin: 'checkstyle' }",
    "a/build.gradle": "",
    "b/build.gradle": "",
    "c/d/build.gradle": "plugins { id 'codenarc' }",
}


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("gradle check", {"gradle pmdMain", "gradle checkstyleMain", "gradle codenarcMain"}),
        ("gradle :a:check", {"gradle pmdMain"}),
        ("gradle b:check", {"gradle pmdMain", "gradle checkstyleMain"}),
        ("cd b && ../gradlew check", {"gradle pmdMain", "gradle checkstyleMain"}),
        ("gradle -p c check", {"gradle pmdMain", "gradle codenarcMain"}),
        ("gradle -p c/d check", {"gradle pmdMain", "gradle codenarcMain"}),
        ("gradle :nowhere:check", set()),
    ],
)
def test_projects_are_told_apart(run: str, expected: set[str]) -> None:
    assert {name for name in names(run, PROJECTS) if name.endswith("Main")} == expected


@pytest.mark.parametrize(
    "text",
    [
        "checkstyle { ignoreFailures = true }",
        "checkstyle {\n  isIgnoreFailures = true\n}",
        "tasks.withType<Checkstyle>().configureEach { ignoreFailures = true }",
        "tasks.named(\"checkstyleMain\") { ignoreFailures.set(true) }",
        "configure<CheckstyleExtension> { isIgnoreFailures = true }",
    ],
)
def test_plugin_is_soft_when_it_ignores_failures(text: str) -> None:
    command, plugin = followed("gradle checkstyleMain", {"build.gradle": f"plugins {{ id 'checkstyle' }}\n{text}"})
    assert (plugin.soft_why, plugin.blocking) == ('"ignoreFailures" is true', False)
    assert not command.blocking


@pytest.mark.parametrize(("word", "soft"), [("abortOnError false", '"abortOnError" is false'), ("abortOnError = true", "")])
def test_android_lint_is_soft_when_it_does_not_abort(word: str, soft: str) -> None:
    text = f"plugins {{ id 'com.android.library' }}\nandroid {{\n lint {{\n  {word}\n }}\n}}"
    assert followed("gradle lint", {"build.gradle": text})[1].soft_why == soft


@pytest.mark.parametrize(
    "text",
    ["checkstyleMain.enabled = false", "tasks.named('checkstyleMain') { enabled = false }", "checkstyleMain { onlyIf { false } }"],
)
def test_task_does_not_run_when_it_is_switched_off(text: str) -> None:
    assert names("gradle check", {"build.gradle": f"apply plugin: 'checkstyle'\n{text}"}) == ["gradle checkstyleTest"]


EXEC = """
tasks.register<Exec>("bandit") {
    workingDir = file("py")
    commandLine("bandit", "-r", "src")
}
task lint(type: Exec, dependsOn: [bandit]) {
    commandLine 'ruff', 'check', "${dir}"
    ignoreExitValue true
}
val style by tasks.registering(JavaExec::class) {
    mainClass.set("com.pinterest.ktlint.Main")
    args("src/**/*.kt")
}
tasks.check { dependsOn(style) }
check.dependsOn lint
"""


def test_commands_of_tasks_are_followed_when_check_needs_them() -> None:
    found = {one.name: one for one in followed("gradle check", {"build.gradle": EXEC})}
    assert set(found) == {"gradle", "ktlint", "bandit", "ruff"}
    bandit, ruff = found["bandit"].command, found["ruff"].command
    assert bandit is not None
    assert (bandit.argv, bandit.folder) == (("bandit", "-r", "src"), "py")
    assert places(found["bandit"]) == [("build.gradle", 2)]
    assert ruff is not None
    assert ruff.argv == ("ruff", "check", "…")
    assert not found["ruff"].blocking


def test_tasks_that_need_each_other_end() -> None:
    text = "task a(type: Exec) { dependsOn b; commandLine 'ruff' }\ntask b { dependsOn 'a', ':b' }"
    assert names("gradle a", {"build.gradle": text}) == ["ruff"]


def test_task_that_is_not_there_says_nothing() -> None:
    assert names("gradle nothing", {"build.gradle": EXEC}) == []
    assert names("gradle check", {}) == []


def test_multiplatform_tests_are_not_those_of_java() -> None:
    files = {"build.gradle.kts": 'plugins { kotlin("multiplatform") }'}
    assert names("gradle allTests", files) == ["gradle test"]
    assert names("gradle test", files) == []


@pytest.mark.parametrize(("plugin", "runs"), [("org.springframework.boot", True), ("java", False)])
def test_bill_of_materials_is_made_by_a_build_when_spring_boot_packs_it(plugin: str, runs: bool) -> None:
    text = f"plugins {{\n id '{plugin}'\n id 'org.cyclonedx.bom'\n}}"
    assert ("gradle cyclonedxBom" in names("gradle assemble", {"build.gradle": text})) is runs
    assert "gradle cyclonedxBom" in names("gradle cyclonedxBom", {"build.gradle": text})


@pytest.mark.parametrize(("run", "signs"), [("gradle publish", True), ("gradle publishToMavenLocal", False), ("gradle build", False)])
def test_signing_runs_when_something_is_published(run: str, signs: bool) -> None:
    assert ("gradle signing" in names(run, {"build.gradle": "plugins { id 'signing' }"})) is signs


def test_settings_reach_the_tool_files() -> None:
    text = "plugins { id 'org.owasp.dependencycheck' }\ndependencyCheck {\n  failBuildOnCVSS = 7.0f\n}"
    assert followed("gradle dependencyCheckAnalyze", {"build.gradle": text})[1].inputs["failBuildOnCVSS"] == "7.0"


def test_statements_have_the_blocks_behind_them() -> None:
    found = statements("a {\n  b(1, {\n x }) // {\n  c = '}'\n}\nd\n  .e()")
    assert [(one.text, one.line) for one in found] == [("a", 1), ("d.e()", 6)]
    assert [one.text for one in found[0].block or ()] == ["b(1, {  x })", "c = '}'"]


def test_arguments_are_cut_at_their_own_commas() -> None:
    assert arguments("('a,b', c(1, 2), [3, 4])") == ["'a,b'", "c(1, 2)", "[3, 4]"]
    assert arguments("= listOf(\"a\", \"b\")") == ['"a"', '"b"']
    assert [literal(word) for word in ('"a$b"', "'a$b'", "x", '"${c.d}e"')] == ["a…", "a$b", "", "…e"]
