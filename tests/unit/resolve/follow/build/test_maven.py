"""Maven: which plugins goals and phases run."""

from __future__ import annotations

import pytest
from tests.unit.resolve.follow.build.followed import followed, names, places

from opslint.resolve.follow.build.maven.lifecycle import upto

CHECKSTYLE = "maven org.apache.maven.plugins:maven-checkstyle-plugin:check"
SUREFIRE = "maven org.apache.maven.plugins:maven-surefire-plugin:test"
SPOTBUGS = "maven com.github.spotbugs:spotbugs-maven-plugin:check"


def _pom(inner: str, more: str = "", head: str = "") -> str:
    return f"""<project>
  <artifactId>app</artifactId>{head}
  <build><plugins>
{inner}
  </plugins></build>{more}
</project>
"""


def _plugin(artifact: str, goal: str, phase: str = "", configuration: str = "", group: str = "") -> str:
    return (
        "<plugin>"
        + (f"<groupId>{group}</groupId>" if group else "")
        + f"<artifactId>{artifact}</artifactId>\n<configuration>{configuration}</configuration>\n<executions><execution>"
        + (f"<phase>{phase}</phase>" if phase else "")
        + f"\n<goals><goal>{goal}</goal></goals></execution></executions></plugin>"
    )


LINT = _plugin("maven-checkstyle-plugin", "check")


def test_phase_runs_the_goals_bound_at_or_before_it_when_asked() -> None:
    activity = followed("./mvnw -B verify", {"pom.xml": _pom(LINT)})[1]
    assert activity.name == CHECKSTYLE
    assert places(activity) == [("pom.xml", 7)]
    assert activity.chain[-1].text == "maven-checkstyle-plugin:check (verify)"
    assert activity.blocking


@pytest.mark.parametrize("run", ["mvn test", "mvn clean", "mvn dependency:go-offline", "mvn -v"])
def test_goal_of_a_later_phase_does_not_run_when_an_earlier_one_is_asked(run: str) -> None:
    assert CHECKSTYLE not in names(run, {"pom.xml": _pom(LINT)})


def test_phase_of_an_execution_goes_over_the_goals_own() -> None:
    assert names("mvn validate", {"pom.xml": _pom(_plugin("maven-checkstyle-plugin", "check", "validate"))}) == [CHECKSTYLE]
    assert names("mvn verify", {"pom.xml": _pom(_plugin("maven-checkstyle-plugin", "check", "none"))}) == []


@pytest.mark.parametrize(
    "text",
    [
        "<!-- <plugin><artifactId>maven-checkstyle-plugin</artifactId></plugin> -->",
        "<plugin><artifactId>maven-checkstyle-plugin</artifactId></plugin>",
        "<plugin><artifactId>x</artifactId><configuration><a>maven-checkstyle-plugin:check</a></configuration></plugin>",
    ],
)
def test_plugin_does_not_run_when_it_is_only_named(text: str) -> None:
    assert names("mvn verify", {"pom.xml": _pom(text)}) == []


def test_managed_plugin_runs_only_when_the_build_has_it() -> None:
    managed = f"<build><pluginManagement><plugins>{LINT}</plugins></pluginManagement>%s</build>"
    assert names("mvn verify", {"pom.xml": f"<project>{managed % ''}</project>"}) == []
    used = "<plugins><plugin><artifactId>maven-checkstyle-plugin</artifactId></plugin></plugins>"
    assert names("mvn verify", {"pom.xml": f"<project>{managed % used}</project>"}) == [CHECKSTYLE]


def test_module_has_the_plugins_of_its_parent_when_that_is_in_the_tree() -> None:
    files = {
        "parent/pom.xml": _pom(LINT),
        "app/pom.xml": "<project><parent><artifactId>app</artifactId><relativePath>../parent</relativePath></parent></project>",
    }
    assert places(followed("mvn -f app/pom.xml verify", files)[1]) == [("parent/pom.xml", 7)]
    files["parent/pom.xml"] = _pom(LINT).replace("<plugin>", "<plugin><inherited>false</inherited>")
    assert names("mvn -f app verify", files) == []


MODULES = {
    "pom.xml": "<project><artifactId>root</artifactId><packaging>pom</packaging>"
    "<modules><module>a</module><module>b</module></modules></project>",
    "a/pom.xml": _pom(LINT).replace("app", "a"),
    "b/pom.xml": _pom(_plugin("spotbugs-maven-plugin", "check", group="com.github.spotbugs")).replace("app", "b"),
}


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("mvn verify", [CHECKSTYLE, SPOTBUGS]),
        ("mvn verify -pl a", [CHECKSTYLE]),
        ("mvn verify -pl :b", [SPOTBUGS]),
        ("mvn verify --projects '!a'", [SPOTBUGS]),
        ("mvn verify -N", []),
        ("mvn verify -pl $MODULES", []),
        ("cd b && mvn verify", [SPOTBUGS]),
    ],
)
def test_modules_are_built_as_the_command_says(run: str, expected: list[str]) -> None:
    assert [name for name in names(run, MODULES) if name.startswith("maven ")] == expected


def test_modules_that_name_one_another_end() -> None:
    cycle = {
        "pom.xml": "<project><parent><artifactId>b</artifactId><relativePath>b/pom.xml</relativePath></parent>"
        "<modules><module>b</module></modules></project>",
        "b/pom.xml": "<project><artifactId>b</artifactId><parent><artifactId></artifactId></parent>"
        f"<modules><module>..</module></modules><build><plugins>{LINT}</plugins></build></project>",
    }
    assert names("mvn verify", cycle) == [CHECKSTYLE]


def test_tests_run_when_a_module_has_some() -> None:
    files = {"pom.xml": "<project/>", "src/test/java/ATest.java": "class ATest {}"}
    assert names("mvn package", files) == [SUREFIRE]
    assert names("mvn compile", files) == []
    assert names("mvn package", {"pom.xml": "<project/>"}) == []


@pytest.mark.parametrize("run", ["mvn verify -DskipTests", "mvn verify -Dmaven.test.skip=true", "mvn -DskipTests verify"])
def test_tests_do_not_run_when_they_are_skipped(run: str) -> None:
    assert names(run, {"pom.xml": "<project/>", "src/test/java/ATest.java": ""}) == []


def test_property_of_the_model_skips_unless_the_command_says_otherwise() -> None:
    model = _pom(LINT, "<properties><checkstyle.skip>true</checkstyle.skip></properties>")
    assert names("mvn verify", {"pom.xml": model}) == []
    assert names("mvn verify -Dcheckstyle.skip=false", {"pom.xml": model}) == [CHECKSTYLE]


@pytest.mark.parametrize(
    ("run", "configuration", "soft"),
    [
        ("mvn verify", "<failOnViolation>false</failOnViolation>", 'its configuration says "failOnViolation" false'),
        ("mvn verify", "<failOnViolation>${strict}</failOnViolation>", 'its configuration says "failOnViolation" false'),
        ("mvn verify -Dcheckstyle.failOnViolation=false", "", '"checkstyle.failOnViolation" is false'),
        ("mvn verify -fn", "", "`--fail-never` lets the build pass whatever fails"),
        ("mvn verify -fae", "", ""),
    ],
)
def test_plugin_is_soft_when_its_findings_do_not_fail(run: str, configuration: str, soft: str) -> None:
    plugin = _plugin("maven-checkstyle-plugin", "check", configuration=configuration)
    model = _pom(plugin, "<properties><strict>false</strict></properties>")
    activity = followed(run, {"pom.xml": model})[1]
    assert (activity.name, activity.soft_why, activity.blocking) == (CHECKSTYLE, soft, not soft)


def test_goal_named_by_the_command_runs_as_the_model_configures_it() -> None:
    model = _pom(_plugin("maven-checkstyle-plugin", "help", configuration="<failOnViolation>false</failOnViolation>"))
    command, plugin = followed("mvn checkstyle:check", {"pom.xml": model})
    assert plugin.name == CHECKSTYLE
    assert command.soft_why == plugin.soft_why == 'its configuration says "failOnViolation" false'


@pytest.mark.parametrize(
    "run",
    ["mvn spotbugs:check", "mvn com.github.spotbugs:spotbugs-maven-plugin:check", "mvn com.github.spotbugs:spotbugs-maven-plugin:4:check"],
)
def test_goal_named_by_the_command_needs_no_model(run: str) -> None:
    activity = followed(run, {})[1]
    assert (activity.name, places(activity)) == (SPOTBUGS, [])


@pytest.mark.parametrize(
    ("run", "expected"),
    [("mvn verify", []), ("mvn verify -Plint", [CHECKSTYLE]), ("mvn verify -P a,lint", [CHECKSTYLE]), ("mvn verify -Dlint", [CHECKSTYLE])],
)
def test_profile_counts_when_it_is_active(run: str, expected: list[str]) -> None:
    switch = "<activation><property><name>lint</name></property></activation>"
    profile = f"<profile><id>lint</id>{switch}<build><plugins>{LINT}</plugins></build></profile>"
    assert names(run, {"pom.xml": _pom("", f"<profiles>{profile}</profiles>")}) == expected


@pytest.mark.parametrize(("run", "expected"), [("mvn verify", [CHECKSTYLE]), ("mvn verify -P!lint", []), ("mvn verify -Pother", [])])
def test_profile_active_by_default_gives_way_when_another_is_named(run: str, expected: list[str]) -> None:
    switch = "<activation><activeByDefault>true</activeByDefault></activation>"
    by_default = f"<profile><id>lint</id>{switch}<build><plugins>{LINT}</plugins></build></profile>"
    assert names(run, {"pom.xml": _pom("", f"<profiles>{by_default}<profile><id>other</id></profile></profiles>")}) == expected


def test_default_goal_runs_when_none_is_named() -> None:
    model = "<project><build>\n<defaultGoal>clean checkstyle:check</defaultGoal></build></project>"
    found = followed("mvn -B", {"pom.xml": model})
    assert [one.name for one in found] == ["mvn", "mvn", CHECKSTYLE]
    assert places(found[2]) == [("pom.xml", 2)]


def test_words_of_the_project_go_before_those_of_the_command() -> None:
    assert names("mvn verify", {"pom.xml": _pom(LINT), ".mvn/maven.config": "-Dcheckstyle.skip\n"}) == []


def test_program_that_a_plugin_starts_is_followed() -> None:
    started = "<executable>bandit</executable><arguments><argument>-r</argument></arguments>"
    plugin = _plugin("exec-maven-plugin", "exec", "test", started, "org.codehaus.mojo")
    found = [one for one in followed("mvn test", {"pom.xml": _pom(plugin)}) if one.name == "bandit"]
    assert found[0].command is not None
    assert found[0].command.argv == ("bandit", "-r")


def test_configuration_reaches_the_tool_files() -> None:
    plugin = _plugin("dependency-check-maven", "check", configuration="<failBuildOnCVSS>7</failBuildOnCVSS>", group="org.owasp")
    activity = followed("mvn verify -Dformat=ALL", {"pom.xml": _pom(plugin)})[1]
    assert (activity.inputs["failBuildOnCVSS"], activity.inputs["format"]) == ("7", "ALL")


@pytest.mark.parametrize("text", ["", "<project", "<!DOCTYPE x [<!ENTITY a 'b'>]><project>&a;</project>", "<other/>"])
def test_model_that_cannot_be_read_says_nothing(text: str) -> None:
    assert names("mvn verify", {"pom.xml": text}) == []


def test_phases_stand_in_their_order() -> None:
    assert {"validate", "compile", "test", "package", "verify"} <= upto("verify")
    assert "verify" not in upto("package")
    assert upto("nothing") == frozenset()
