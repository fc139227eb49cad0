"""What a repository is about, told by its signs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from opslint.knowledge.index import FORMAT, Index, IndexedSignal
from opslint.knowledge.types import ToolSignal
from opslint.match.jobs import Jobs
from opslint.match.signs import read_signs
from opslint.match.tools.signals import Matcher
from opslint.model.result import Because
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

FORMS = {
    "python": r"^[ \t]*(?:import|from)[ \t]+(?:NAMES)(?:[. \t,]|$)",
    "notebook": r'"[ \t]*(?:import|from)[ \t]+(?:NAMES)(?:[. \t,\\"]|$)',
    "go": r'"(?:NAMES)(?:/[^"]*)?"',
}
ML: dict[str, Any] = {
    "code-dependencies": {"pypi": ["torch", "scikit-learn"]},
    "imports": {"python": ["torch", "sklearn"]},
    "texts": [{"imports": "ml", "words": [r"\.fit\(", r"\bTrainer\("]}],
}
LLM: dict[str, Any] = {"dependencies": {"pypi": ["openai", "langchain-*"], "maven": ["dev.langchain4j:*"]}}


def index(**tables: Any) -> Index:
    """An index that knows nothing but what is given."""
    empty: dict[str, Any] = {field: {} for field in Index.__struct_fields__}
    return Index(**{**empty, "format": FORMAT, "digest": "", "methodologies": (), "rules": (), "signals": (), **tables})


class Counting(MemoryTree):
    """A tree that remembers what was read."""

    def __init__(self, files: dict[str, str | bytes]) -> None:
        super().__init__(files)
        self.asked: list[str] = []

    def read(self, path: str, limit: int = 5 << 20) -> bytes:
        self.asked.append(path)
        return super().read(path, limit)


def read(files: dict[str, str | bytes], known: Index | None = None, **facts: Any) -> dict[str, tuple[Because, ...]]:
    """The facts that some files show."""
    return read_tree(Counting(files), known, **facts)


def read_tree(tree: Counting, known: Index | None = None, **facts: Any) -> dict[str, tuple[Because, ...]]:
    """The facts that a tree shows; afterwards it remembers only what was read for them."""
    repository = read_repository(tree)
    matcher = Matcher(known or index(), repository, tree, Jobs(repository.pipelines), resolve(repository, tree).activities)
    tree.asked.clear()
    signs = {"import-forms": FORMS, **{name.replace("_", "-"): sign for name, sign in facts.items()}}
    return read_signs(signs, repository, tree, matcher)


def told(places: tuple[Because, ...]) -> list[str]:
    """Places as `path:line`."""
    return [f"{place.path}:{place.line}" for place in places]


def workflow(run: str, **extra: str) -> str:
    """A GitHub workflow with one job."""
    lines = "".join(f"    {key}: {value}\n" for key, value in extra.items())
    return f"on: push\njobs:\n  a:\n    runs-on: x\n{lines}    steps:\n      - run: {run}\n"


def test_signs_show_nothing_when_there_are_none() -> None:
    tree = MemoryTree({"requirements.txt": "openai\n"})
    repository = read_repository(tree)
    assert read_signs({}, repository, tree, Matcher(index(), repository, tree, Jobs(()), ())) == {}


def test_dependency_is_told_with_its_line_when_a_list_names_it() -> None:
    found = read({"requirements.txt": "click\nlangchain-core==1\n"}, llm=LLM)
    assert found == {"llm": (Because(path="requirements.txt", line=2, why="depends on langchain-core"),)}


@pytest.mark.parametrize("path", ["tests/requirements.txt", "requirements-dev.txt", "demo/requirements.txt"])
def test_dependency_does_not_count_when_it_stands_aside_or_serves_developers(path: str) -> None:
    assert read({path: "openai\n"}, llm=LLM, aside=["**/demo/**"]) == {}


def test_development_dependency_counts_when_its_list_says_so() -> None:
    assert "llm" in read({"requirements-dev.txt": "deepeval\n"}, llm={"dev-dependencies": {"pypi": ["deepeval"]}})


def test_gradle_dependency_counts_by_the_names_of_maven() -> None:
    gradle = 'dependencies {\n  implementation "dev.langchain4j:langchain4j-open-ai:1.0"\n}\n'
    assert told(read({"build.gradle": gradle}, llm=LLM)["llm"]) == ["build.gradle:2"]


def test_pypi_name_counts_when_the_sign_is_spelt_otherwise() -> None:
    assert "llm" in read({"requirements.txt": "autogluon.tabular\n"}, llm={"dependencies": {"pypi": ["Autogluon.*"]}})


def test_code_dependency_counts_only_when_code_uses_it() -> None:
    alone: dict[str, str | bytes] = {"requirements.txt": "torch\n", "a.py": "import torch\nprint(torch.cuda.is_available())\n"}
    assert read(alone, ml=ML) == {}
    found = read({**alone, "src/train.py": "import os\nimport torch\n\nmodel.fit(x)\n"}, ml=ML)
    assert told(found["ml"]) == ["src/train.py:4", "requirements.txt:1"]


def test_code_does_not_count_when_it_imports_nothing_of_the_family() -> None:
    assert read({"requirements.txt": "torch\n", "a.py": "import torchlight\ntailor.fit(x)\n"}, ml=ML) == {}


def test_code_under_tests_does_not_count() -> None:
    assert read({"requirements.txt": "torch\n", "tests/a.py": "import torch\nmodel.fit(x)\n"}, ml=ML) == {}


def test_text_is_not_read_when_no_dependency_makes_it_worth_it() -> None:
    tree = Counting({"requirements.txt": "click\n", "train.py": "import torch\nmodel.fit(x)\n"})
    assert read_tree(tree, ml=ML) == {}
    assert tree.asked == []


def test_text_is_read_in_order_and_within_bounds() -> None:
    modules = {f"m{number}.py": "pass\n" for number in range(9)}
    tree = Counting({"requirements.txt": "torch\n", **modules, "z/train.py": ""})
    read_tree(tree, ml=ML, first=["**/train*.py"], limits={"files": 3, "bytes": 100, "total": 1000})
    assert tree.asked == ["z/train.py", "m0.py", "m1.py"]


def test_only_the_beginning_of_a_file_is_looked_at() -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "torch\n", "a.py": "import torch\n" + "#\n" * 100 + "model.fit(x)\n"}
    assert "ml" in read(files, ml=ML)
    assert read(files, ml=ML, limits={"files": 9, "bytes": 100, "total": 1000}) == {}


def test_text_counts_when_also_matches_in_the_same_file() -> None:
    sign = {"of": "ml", "texts": [{"imports": "ml", "words": [r"\.fit\("], "also": [r"torch\.save\("]}]}
    fits = "import torch\nm.fit(x)\n"
    both: dict[str, str | bytes] = {"requirements.txt": "torch\n", "a.py": fits, "b.py": fits + "torch.save(m)\n"}
    assert told(read(both, ml=ML, ml_trains=sign)["ml-trains"]) == ["b.py:2"]
    del both["b.py"]
    assert "ml-trains" not in read(both, ml=ML, ml_trains=sign)


def test_text_counts_only_at_its_paths() -> None:
    sign = {"of": "ml", "texts": [{"imports": "ml", "paths": ["**/{train,fit}[-_]*.py"], "words": [r"\.fit\("]}]}
    files: dict[str, str | bytes] = {"requirements.txt": "torch\n", "a.py": "import torch\nm.fit(x)\n"}
    assert "ml-trains" not in read(files, ml=ML, ml_trains=sign)
    assert told(read({**files, "x/fit_it.py": files["a.py"]}, ml=ML, ml_trains=sign)["ml-trains"]) == ["x/fit_it.py:2"]


def test_text_without_imports_is_read_when_its_family_holds() -> None:
    sign = {"of": "ml", "texts": [{"paths": ["dvc.yaml", "**/dvc.yaml"], "words": [r"^[ \t]{1,4}[\w-]*train[\w-]*:"]}]}
    dvc = "stages:\n  pre-train:\n    cmd: x\n"
    files: dict[str, str | bytes] = {"requirements.txt": "torch\n", "dvc.yaml": dvc, "a.py": "import torch\nm.fit(x)\n"}
    assert told(read(files, ml=ML, ml_trains=sign)["ml-trains"]) == ["dvc.yaml:2"]
    assert read({"dvc.yaml": dvc}, ml=ML, ml_trains=sign) == {}


def test_sub_fact_makes_its_family_true_when_it_is_found_by_a_file() -> None:
    found = read({"data/x.dvc": ""}, ml=ML, ml_data={"of": "ml", "files": ["**/*.dvc"]})
    assert told(found["ml"]) == told(found["ml-data"]) == ["data/x.dvc:1"]


def test_sub_fact_does_not_hold_when_a_dependency_shows_it_without_its_family() -> None:
    adapts = {"of": "llm", "dependencies": {"pypi": ["chromadb"]}}
    assert read({"requirements.txt": "chromadb\n"}, llm=LLM, llm_adapts=adapts) == {}
    assert "llm-adapts" in read({"requirements.txt": "chromadb\nopenai\n"}, llm=LLM, llm_adapts=adapts)


def test_fact_holds_when_another_implies_it() -> None:
    tunes = {"of": "llm", "files": ["tune.yaml"]}
    found = read({"tune.yaml": "a: b\n"}, llm={}, llm_tunes=tunes, llm_adapts={"of": "llm", "implied-by": ["llm-tunes"]})
    assert told(found["llm-adapts"]) == ["tune.yaml:1"]


def test_facts_that_imply_each_other_end() -> None:
    assert read({}, a={"implied-by": ["b"]}, b={"implied-by": ["a"]}) == {}
    found = read({"x": ""}, a={"implied-by": ["b"]}, b={"implied-by": ["a", "c"]}, c={"files": ["x"]})
    assert {fact: told(places) for fact, places in found.items()} == {"a": ["x:1"], "b": ["x:1"], "c": ["x:1"]}


@pytest.mark.parametrize(("path", "shown"), [
    ("openai/__init__.py", True), ("src/openai/__init__.py", True), ("lib/openai/__init__.py", False),
])  # fmt: skip
def test_package_shows_that_the_repository_is_the_library(path: str, shown: bool) -> None:
    assert ("llm" in read({path: "", "setup.py": ""}, llm={"packages": ["openai"]})) is shown


def test_module_counts_when_no_python_dependency_is_written_down() -> None:
    sign = {**LLM, "modules": ["openai", "google import genai"]}
    files: dict[str, str | bytes] = {"app.py": "from google import genai\n"}
    assert told(read(files, llm=sign)["llm"]) == ["app.py:1"]
    assert read({**files, "requirements.txt": "click\n"}, llm=sign) == {}


def test_imports_stand_for_code_dependencies_when_setup_computes_them() -> None:
    files: dict[str, str | bytes] = {"setup.py": "setup(install_requires=read())\n", "m.py": "import sklearn\nm.fit(x)\n"}
    assert told(read(files, ml=ML)["ml"]) == ["m.py:2"]


def test_notebook_counts_when_it_imports_a_top_level_module() -> None:
    sign = {"notebooks": True, "imports": {"python": ["sklearn", "ray.train"]}}
    cell = '{"cells": [{"source": ["import %s\\n"]}]}'
    assert told(read({"a.ipynb": cell % "sklearn"}, ml=sign)["ml"]) == ["a.ipynb:1"]
    assert read({"a.ipynb": cell % "ray"}, ml=sign) == {}


def test_notebook_text_counts_when_its_quotes_are_escaped() -> None:
    sign = {"of": "ml", "texts": [{"imports": "ml", "words": ["['\"]text-generation['\"]"]}]}
    notebook = '{"cells": [{"source": [\n"import torch\\n",\n"m.fit(x)\\n",\n"p(\\"text-generation\\")"]}]}'
    assert told(read({"requirements.txt": "torch\n", "a.ipynb": notebook}, ml=ML, x=sign)["x"]) == ["a.ipynb:4"]


@pytest.mark.parametrize(("glob", "path", "shown"), [
    ("MLproject", "MLproject", True), ("MLproject", "a/MLproject", False), ("**/*.onnx", "m.onnx", True),
    ("**/*.onnx", "a/b/m.onnx", True), ("**/*.onnx", "m.onnx.txt", False), ("a.{yml,json}", "a.json", True),
    ("**/prompts/**/*.{j2,jinja}", "x/prompts/y/z.jinja", True), ("**/prompts/**/*.j2", "prompts/z.j2", True),
    ("**/prompts/**/*.j2", "myprompts/z.j2", False), ("**/x.*", "a/x.bin", True), ("**/x.*", "ax.bin", False),
    ("**/[ab].c", "b.c", True), ("**/?.c", "bb.c", False), ("**/*.onnx", "tests/m.onnx", False), ("**", "a.txt", True),
    ("**/*.onnx", "hack/m.onnx", False),
])  # fmt: skip
def test_file_counts_when_a_glob_fits_its_path(glob: str, path: str, shown: bool) -> None:
    assert ("ml" in read({path: "", "other/b.md": ""}, ml={"files": [glob]}, aside=["hack/**"])) is shown


KSERVE = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: x}\nspec:\n  args: [--port, vllm]\n"


def test_manifest_counts_by_kind_when_it_does_not_stand_aside() -> None:
    sign = {"kinds": ["serving.kserve.io/*"]}
    assert told(read({"k8s/a.yaml": KSERVE}, ml=sign)["ml"]) == ["k8s/a.yaml:1"]
    assert read({"examples/a.yaml": KSERVE}, ml=sign) == {}


def test_manifest_counts_when_one_of_its_values_matches() -> None:
    kind = "serving.kserve.io/InferenceService"
    assert told(read({"a.yaml": KSERVE}, llm={"resources": [{"kind": kind, "values": r"(?i)\bVLLM\b"}]})["llm"]) == ["a.yaml:5"]
    assert read({"a.yaml": KSERVE}, llm={"resources": [{"kind": kind, "values": r"^llm$"}]}) == {}


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n    - {image: 'docker.io/vllm/vllm-openai:1'}\n"


@pytest.mark.parametrize(("path", "text", "line"), [
    ("pod.yaml", POD, 6),
    ("compose.yaml", "services:\n  a:\n    image: vllm/vllm-openai:latest\n", 3),
    ("Dockerfile", "FROM golang AS build\nFROM --platform=linux/amd64 vllm/vllm-openai:v1\n", 2),
    ("Dockerfile", "ARG BASE=vllm/vllm-openai\nFROM ${BASE}:v1\n", 2),
])  # fmt: skip
def test_image_counts_wherever_something_starts_from_it(path: str, text: str, line: int) -> None:
    assert told(read({path: text}, llm={"images": ["vllm/vllm-openai"]})["llm"]) == [f"{path}:{line}"]


def test_image_of_a_job_counts_and_that_of_its_service_does_not() -> None:
    sign = {"images": ["ollama/ollama"]}
    assert "llm" in read({".github/workflows/a.yml": workflow("x", container="ollama/ollama:1")}, llm=sign)
    assert read({".github/workflows/a.yml": workflow("x", services="{m: {image: 'ollama/ollama:1'}}")}, llm=sign) == {}


def test_chart_counts_by_the_last_part_of_its_name() -> None:
    chart = "apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies:\n  - {name: ollama, version: 1.0.0, repository: 'https://x'}\n"
    assert told(read({"Chart.yaml": chart}, llm={"charts": ["ollama"]})["llm"]) == ["Chart.yaml:5"]


def test_terraform_resource_counts_by_its_type() -> None:
    terraform = 'resource "aws_bedrock_guardrail" "a" {\n}\n'
    assert told(read({"main.tf": terraform}, llm={"blocks": ["aws_bedrock_*"]})["llm"]) == ["main.tf:1"]


def test_command_counts_when_a_pipeline_runs_it() -> None:
    found = read({".github/workflows/a.yml": workflow("poetry run dvc --quiet pull data")}, ml={"commands": [["dvc", "pull"]]})
    assert told(found["ml"]) == [".github/workflows/a.yml:6"]
    assert read({".github/workflows/a.yml": workflow("echo dvc pull")}, ml={"commands": [["dvc", "pull"]]}) == {}


@pytest.mark.parametrize("start", [
    'CMD ["vllm", "serve", "m"]', "CMD exec vllm serve m", 'ENTRYPOINT ["vllm"]\nCMD ["serve", "m"]',
    'CMD ["sh", "-c", "vllm serve $M"]',
])  # fmt: skip
def test_command_counts_when_an_image_starts_it(start: str) -> None:
    assert "llm" in read({"Dockerfile": f"FROM python\n{start}\n"}, llm={"commands": [["vllm", "serve"]]})


def test_image_start_does_not_count_when_it_starts_something_else() -> None:
    assert read({"Dockerfile": 'FROM python\nCMD ["echo", "vllm", "serve"]\n'}, llm={"commands": [["vllm", "serve"]]}) == {}


def test_effect_counts_when_the_family_holds() -> None:
    signal = IndexedSignal(tool="t", name="Trainer", group=False, signal=ToolSignal(does=("train",), commands=(("trainit",),)))
    known = index(signals=(msgspec.Raw(msgspec.msgpack.encode(signal)),), commands={"trainit": (0,)})
    files: dict[str, str | bytes] = {".github/workflows/a.yml": workflow("trainit")}
    sign = {"of": "ml", "does": ["train"]}
    assert read(files, known, ml={"files": ["MLproject"]}, ml_trains=sign) == {}
    found = read({**files, "MLproject": "name: x\n"}, known, ml={"files": ["MLproject"]}, ml_trains=sign)
    assert told(found["ml-trains"]) == [".github/workflows/a.yml:6"]


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: |\n    one\n    url: https://api.openai.com/v1\n"


def test_host_counts_in_manifests_and_in_sources_called_after_it() -> None:
    sign = {"hosts": ["api.openai.com", "openai.azure.com"], "hosts-in": ["**/*openai*", "**/ai/**"]}
    code = 'URL = "https://mine.openai.azure.com/x"\n'
    assert told(read({"k8s/c.yaml": CONFIG}, llm=sign)["llm"]) == ["k8s/c.yaml:7"]
    found = read({"src/openai_client.py": "\n" + code, "requirements.txt": "click\n"}, llm=sign)
    assert told(found["llm"]) == ["src/openai_client.py:2"]
    assert read({"src/client.py": code, "requirements.txt": "click\n"}, llm=sign) == {}


def test_host_does_not_count_in_pipelines_nor_in_a_longer_name() -> None:
    sign = {"hosts": ["api.openai.com"], "hosts-in": ["**/ai/**"]}
    assert read({".github/workflows/a.yml": workflow("curl https://api.openai.com")}, llm=sign) == {}
    assert read({"ai/a.py": 'x = "https://api.openai.company"\n', "requirements.txt": "click\n"}, llm=sign) == {}


def test_fact_tells_its_best_places_and_no_more_than_three() -> None:
    files: dict[str, str | bytes] = {f"p{number}/requirements.txt": "openai\n" for number in range(4)}
    found = read({**files, "requirements.txt": "openai\n", "b/x.gguf": ""}, llm={**LLM, "files": ["**/*.gguf"]})
    assert told(found["llm"]) == ["requirements.txt:1", "b/x.gguf:1", "p0/requirements.txt:1"]


def test_signs_are_the_same_when_they_are_read_twice() -> None:
    modules = {f"{name}.py": "import torch\nm.fit(1)\n" for name in "edcba"}
    files: dict[str, str | bytes] = {"requirements.txt": "torch\nopenai\n", **modules}
    assert read(files, ml=ML, llm=LLM) == read(dict(reversed(files.items())), ml=ML, llm=LLM)


@pytest.mark.parametrize("data", [b"\0\1\2", b"\xff\xfe import torch", b"", b"import torch\r\nm.fit(x)\r\n"])
def test_odd_bytes_are_no_failure(data: bytes) -> None:
    found = read({"requirements.txt": "torch\n", "a.py": data}, ml=ML)
    assert ("ml" in found) is data.startswith(b"import")


def test_file_that_only_bears_the_name_does_not_count() -> None:
    assert "ml" not in read({"rules/dvc.yaml": "tool: dvc\n"}, ml={"files": ["**/dvc.yaml"]})
    assert "ml" in read({"rules/dvc.yaml": "stages:\n  train: {cmd: python train.py}\n"}, ml={"files": ["**/dvc.yaml"]})
