"""Dependency files give entries with name, version, scope and line, whatever the language."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.errors import UnreadableFile
from opslint.model.repository import Parsed
from opslint.parse.companion.dependency.entries import requirement_of
from opslint.parse.companion.dependency.xml import elements_of
from opslint.parse.companion.table import parse_companion

Entry = tuple[str, str, str, int]


def read(kind: str, path: str, text: str) -> Parsed:
    return parse_companion(kind, path, dedent(text).lstrip("\n").encode(), aside=False)


def entries(kind: str, path: str, text: str) -> list[Entry]:
    return [(one.name, one.version, one.scope, one.span.line) for one in read(kind, path, text).dependencies]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Flask", ("Flask", "")),
        ("a[x,y]>=1,<2 ; python_version < '3'", ("a", ">=1,<2")),
        ("a (>=1.0)", ("a", ">=1.0")),
        ("a @ git+https://x/y.git@v1", ("a", "git+https://x/y.git@v1")),
        ("a==1  # why", ("a", "==1")),
        ("-r other.txt", None),
        ("./local", None),
        ("", None),
        ("a" + " " * 900 + "!", None),
    ],
)
def test_requirement_is_read_as_pep_508_says(text: str, found: tuple[str, str] | None) -> None:
    assert requirement_of(text) == found


REQUIREMENTS = """
    # base
    -r other.txt
    --index-url https://x
    Torch_Vision == 0.1 \\
        --hash=sha256:aa \\
        --hash=sha256:bb
    -e git+https://x/y.git#egg=mine
    numpy==1.0
        # via pandas
    requests==2.0
        # via -r base.in
"""


def test_requirements_give_names_as_the_index_compares_them() -> None:
    assert entries("requirements", "requirements.txt", REQUIREMENTS) == [
        ("torch-vision", "== 0.1", "runtime", 4),
        ("mine", "git+https://x/y.git#egg=mine", "runtime", 7),
        ("numpy", "==1.0", "transitive", 8),
        ("requests", "==2.0", "runtime", 10),
    ]


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("requirements.txt", "runtime"),
        ("requirements-dev.txt", "dev"),
        ("requirements/test.txt", "dev"),
        ("dev_requirements.in", "dev"),
    ],
)
def test_scope_is_told_by_the_name_of_the_file(path: str, scope: str) -> None:
    assert entries("requirements", path, "a\n") == [("a", "", scope, 1)]


PYPROJECT = """
    [build-system]
    requires = ["hatchling>=1"]
    [project]
    name = "torch"
    dependencies = [
      "torch>=2",
      "a[b]",
    ]
    [project.optional-dependencies]
    gpu = ["cupy"]
    test = ["pytest"]
    [dependency-groups]
    lint = ["ruff", {include-group = "x"}]
    [tool.poetry.dependencies]
    python = "^3.11"
    flask = {version = "^3", optional = true}
    [tool.poetry.group.dev.dependencies]
    black = "*"
    [tool.hatch.envs.docs]
    dependencies = ["mkdocs"]
    [tool.uv]
    dev-dependencies = ["mypy"]
    [tool.pdm.dev-dependencies]
    x = ["tox"]
"""


def test_pyproject_gives_every_table() -> None:
    assert sorted(entries("pyproject", "pyproject.toml", PYPROJECT), key=lambda one: one[3]) == [
        ("hatchling", ">=1", "build", 2),
        ("torch", ">=2", "runtime", 6),
        ("a", "", "runtime", 7),
        ("cupy", "", "optional", 10),
        ("pytest", "", "dev", 11),
        ("ruff", "", "dev", 13),
        ("flask", "^3", "optional", 16),
        ("black", "*", "dev", 18),
        ("mkdocs", "", "dev", 20),
        ("mypy", "", "dev", 22),
        ("tox", "", "dev", 24),
    ]


def test_reason_names_the_line_when_toml_is_broken() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read("pyproject", "pyproject.toml", "[a]\nb = \n")
    assert caught.value.line == 2


def test_setup_py_is_parsed_and_never_run() -> None:
    text = """
        raise SystemExit(1)
        base = ["a>=1"]
        setup(install_requires=base + ["b"], extras_require={"test": ["pytest"], "x": ["y"]}, setup_requires=computed())
    """
    assert entries("setup.py", "setup.py", text) == [
        ("a", ">=1", "runtime", 2),
        ("b", "", "runtime", 3),
        ("pytest", "", "dev", 3),
        ("y", "", "optional", 3),
    ]
    with pytest.raises(UnreadableFile):
        read("setup.py", "setup.py", "print 'two'")


@pytest.mark.parametrize(
    ("kind", "path", "text", "found"),
    [
        (
            "setup.cfg",
            "setup.cfg",
            ("[options]\ninstall_requires =\n  a>=1\n  b\n[options.extras_require]\ntest = pytest\n"),
            [("a", ">=1", "runtime", 3), ("b", "", "runtime", 4), ("pytest", "", "dev", 6)],
        ),
        (
            "pipfile",
            "Pipfile",
            ("[packages]\nflask = '*'\n[dev-packages]\npytest = {version = '>=7'}\n"),
            [("flask", "*", "runtime", 2), ("pytest", ">=7", "dev", 4)],
        ),
        (
            "pipfile.lock",
            "Pipfile.lock",
            ('{"default": {"flask": {"version": "==1"}},\n"develop": {"x": {}}}'),
            [("flask", "==1", "transitive", 1), ("x", "", "transitive", 2)],
        ),
        (
            "conda",
            "environment.yml",
            ("dependencies:\n- conda-forge::numpy=1.2\n- pip:\n  - torch==2\n"),
            [("numpy", "=1.2", "runtime", 2), ("torch", "==2", "runtime", 4)],
        ),
        (
            "conda",
            "pixi.toml",
            ("[dependencies]\nnumpy = '1.*'\n[pypi-dependencies]\ntorch = '*'\n"),
            [("numpy", "1.*", "runtime", 2), ("torch", "*", "runtime", 4)],
        ),
        (
            "python.lock",
            "uv.lock",
            ('[[package]]\nname = "a"\nversion = "1.0"\n\n[[package]]\nname = "b"\n'),
            [("a", "1.0", "transitive", 2), ("b", "", "transitive", 6)],
        ),
        (
            "package.json",
            "package.json",
            ('{\n"dependencies": {"@s/A": "^1"},\n"devDependencies": {"jest": "29"}}'),
            [("@s/a", "^1", "runtime", 2), ("jest", "29", "dev", 3)],
        ),
        (
            "go.mod",
            "go.mod",
            (
                "module x\n"
                "go 1.22\n"
                "require a.b/c v1.2.3\n"
                "require (\n"
                "\td/e v0.1.0 // indirect\n"
                "\tf/g v2.0.0\n"
                ")\n"
                "replace a => b v1.0.0\n"
            ),
            [("a.b/c", "v1.2.3", "runtime", 3), ("d/e", "v0.1.0", "transitive", 5), ("f/g", "v2.0.0", "runtime", 6)],
        ),
        (
            "cargo",
            "Cargo.toml",
            (
                "[dependencies]\n"
                "serde = '1'\n"
                "t = {version = '2', optional = true}\n"
                "[dev-dependencies]\n"
                "x = {git = 'g'}\n"
                "[target.'cfg(unix)'.dependencies]\n"
                "libc = '0.2'\n"
            ),
            [("serde", "1", "runtime", 2), ("t", "2", "optional", 3), ("x", "g", "dev", 5), ("libc", "0.2", "runtime", 7)],
        ),
        (
            "nuget",
            "A.csproj",
            (
                "<Project><ItemGroup>\n"
                '<PackageReference Include="X.Y" Version="1" />\n'
                '<PackageReference Include="Z" PrivateAssets="All"><Version>2</Version></PackageReference></ItemGroup></Project>'
            ),
            [("x.y", "1", "runtime", 2), ("z", "2", "build", 3)],
        ),
        (
            "nuget",
            "packages.config",
            ('<packages>\n<package id="A" version="1" developmentDependency="true"/></packages>'),
            [("a", "1", "dev", 2)],
        ),
        (
            "build.gradle",
            "build.gradle",
            (
                "plugins {\n"
                "  id 'java'\n"
                "}\n"
                "dependencies {\n"
                "  // implementation 'no:no:1'\n"
                "  implementation 'a:b:1.0'\n"
                '  testImplementation("c:d:2")\n'
                "  implementation libs.okhttp\n"
                "}\n"
            ),
            [("a:b", "1.0", "runtime", 6), ("c:d", "2", "dev", 7), ("libs.okhttp", "", "runtime", 8), ("java", "", "build", 2)],
        ),
        (
            "libs.versions",
            "libs.versions.toml",
            (
                "[versions]\n"
                "k = '2'\n"
                "[libraries]\n"
                "a = {module = 'g:a', version.ref = 'k'}\n"
                "b = 'g:b:1'\n"
                "[plugins]\n"
                "p = {id = 'x.y', version = '3'}\n"
            ),
            [("g:a", "2", "runtime", 4), ("g:b", "1", "runtime", 5), ("x.y", "3", "build", 7)],
        ),
        (
            "build.sbt",
            "build.sbt",
            ('libraryDependencies += "a" %% "b" % "1"\nlibraryDependencies += "c" % "d" % "2" % Test\n'),
            [("a:b", "1", "runtime", 1), ("c:d", "2", "dev", 2)],
        ),
        ("deps.edn", "deps.edn", '{:deps {ring/ring-core {:mvn/version "1.9"}}}', [("ring/ring-core", "", "runtime", 1)]),
        (
            "gemfile",
            "Gemfile",
            ("gem 'rails', '~> 7'\ngroup :test do\n  gem 'rspec'\nend\ngem 'pry', group: :development\n# gem 'no'\ngem 'pg'\n"),
            [("rails", "~> 7", "runtime", 1), ("rspec", "", "dev", 3), ("pry", "", "dev", 5), ("pg", "", "runtime", 7)],
        ),
        (
            "gemspec",
            "a.gemspec",
            ("s.add_dependency 'a', '>= 1'\ns.add_development_dependency('b')\n"),
            [("a", ">= 1", "runtime", 1), ("b", "", "dev", 2)],
        ),
        (
            "composer",
            "composer.json",
            '{"require": {"php": ">=8", "a/b": "^1"}, "require-dev": {"c/d": "*"}}',
            [("a/b", "^1", "runtime", 1), ("c/d", "*", "dev", 1)],
        ),
        (
            "pubspec",
            "pubspec.yaml",
            ("dependencies:\n  http: ^1.0\ndev_dependencies:\n  test: any\n"),
            [("http", "^1.0", "runtime", 2), ("test", "any", "dev", 4)],
        ),
        (
            "mix",
            "mix.exs",
            ('{:phoenix, "~> 1.7"},\n{:credo, "~> 1", only: [:dev, :test]},\n'),
            [("phoenix", "~> 1.7", "runtime", 1), ("credo", "~> 1", "dev", 2)],
        ),
        (
            "rebar",
            "rebar.config",
            ('{deps, [\n  {cowboy, "2.9.0"},\n  {jsx, {git, "u", {tag, "v1"}}}\n]}.'),
            [("cowboy", "2.9.0", "runtime", 2), ("jsx", "", "runtime", 3)],
        ),
        ("podfile", "Podfile", "pod 'AFNetworking', '~> 4'\n", [("afnetworking", "~> 4", "runtime", 1)]),
        (
            "swift",
            "Package.swift",
            '.package(url: "https://github.com/apple/swift-nio.git", from: "2.0.0"),\n',
            [("github.com/apple/swift-nio", 'from: "2.0.0"', "runtime", 1)],
        ),
        ("conan", "conanfile.txt", "[requires]\nzlib/1.3\n[generators]\nno/1\n", [("zlib", "1.3", "runtime", 2)]),
        (
            "conan",
            "vcpkg.json",
            '{"dependencies": ["zlib", {"name": "fmt"}]}',
            [("zlib", "", "runtime", 1), ("fmt", "", "runtime", 1)],
        ),
        (
            "cabal",
            "x.cabal",
            ("library\n  build-depends: base >=4,\n                 text\n"),
            [("base", ">=4", "runtime", 2), ("text", "", "runtime", 3)],
        ),
        (
            "haskell-stack",
            "stack.yaml",
            "resolver: lts-21.0\nextra-deps:\n- acme-1.0\n",
            [("stackage", "lts-21.0", "build", 1), ("acme", "1.0", "runtime", 3)],
        ),
        (
            "bazel",
            "MODULE.bazel",
            ('bazel_dep(name = "rules_go", version = "0.46")\nbazel_dep(name = "x", dev_dependency = True)\n'),
            [("rules_go", "0.46", "runtime", 1), ("x", "", "dev", 2)],
        ),
        (
            "r-description",
            "DESCRIPTION",
            ("Package: x\nImports:\n    dplyr (>= 1.0),\n    R\nSuggests: testthat\n"),
            [("dplyr", ">= 1.0", "runtime", 3), ("testthat", "", "dev", 5)],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value and len(value) < 20 else "",
)
def test_entries_are_read_in_every_language(kind: str, path: str, text: str, found: list[Entry]) -> None:
    assert entries(kind, path, text) == found


POM = """
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <properties><v>1.2</v></properties>
      <modules><module>core</module></modules>
      <dependencyManagement><dependencies><dependency><artifactId>no</artifactId></dependency></dependencies></dependencyManagement>
      <dependencies>
        <dependency>
          <groupId>org.a</groupId><artifactId>b</artifactId><version>${v}</version>
        </dependency>
        <dependency><groupId>junit</groupId><artifactId>junit</artifactId><scope>test</scope></dependency>
      </dependencies>
      <build><plugins><plugin>
        <artifactId>maven-surefire-plugin</artifactId>
        <executions><execution><goals><goal>test</goal></goals></execution></executions>
      </plugin></plugins></build>
    </project>
"""


def test_pom_gives_dependencies_and_plugins() -> None:
    found = read("pom", "pom.xml", POM)
    assert [(one.name, one.version, one.scope, one.span.line) for one in found.dependencies] == [
        ("org.a:b", "1.2", "runtime", 6),
        ("junit:junit", "", "dev", 9),
        ("org.apache.maven.plugins:maven-surefire-plugin", "", "build", 11),
    ]
    assert found.companions[0].facts == {
        "plugins": [{"id": "org.apache.maven.plugins:maven-surefire-plugin", "line": 11, "executions": ["test"]}],
        "modules": ["core"],
        "packaging": "jar",
    }


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "entities"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "entities"),
        (b"<a>" * 1_000, "deep"),
        (b"<a>", "XML"),
        (b"", "XML"),
    ],
)
def test_xml_is_refused_when_it_could_do_harm(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        elements_of(data)


def test_package_json_tells_its_scripts() -> None:
    text = """
        {"scripts": {"test": "jest"}, "private": true,
         "workspaces": {"packages": ["a/*"]}, "publishConfig": {"provenance": true}}
    """
    facts = read("package.json", "package.json", text).companions[0].facts
    assert facts["scripts"] == {"test": "jest"}
    assert (facts["private"], facts["workspaces"], facts["publish"], facts["provenance"]) == (True, ["a/*"], True, True)


def test_lock_is_told_by_its_name_alone() -> None:
    found = parse_companion("lock", "web/yarn.lock", b"", aside=False)
    assert found.companions[0].facts == {"ecosystem": "npm"}
    assert found.dependencies == ()
