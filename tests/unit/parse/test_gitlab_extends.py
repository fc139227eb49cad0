"""`extends`, `!reference` and `default` worked into jobs."""

from __future__ import annotations

import time

from opslint.parse.gitlab.extends import expand_jobs, references_in
from opslint.parse.gitlab.keywords import flat_items
from opslint.source.node import Mapping, Scalar, strings_of
from opslint.source.yaml import parse_yaml

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""


def top(text: str) -> Mapping:
    root = parse_yaml(text.encode()).documents[0]
    assert isinstance(root, Mapping)
    return root


def expanded(text: str, name: str) -> Mapping:
    found = expand_jobs(top(text)).mapping(name)
    assert found is not None
    return found


def script(job: Mapping, key: str = "script") -> list[str]:
    return [item.value for item in flat_items(job.get(key)) if isinstance(item, Scalar)]


def test_mappings_are_merged_and_lists_replaced_when_a_job_extends_several_levels() -> None:
    text = (
        ".a: {script: [a], variables: {X: a, Y: a}, tags: [t]}\n.b: {extends: .a, variables: {Y: b, Z: b}}\n"
        "job: {extends: .b, script: [j], variables: {Z: j}}\n"
    )
    job = expanded(text, "job")
    variables = job.mapping("variables")
    assert variables is not None
    assert {name: variables.text(name) for name in variables} == {"X": "a", "Y": "b", "Z": "j"}
    assert (script(job), script(job, "tags"), strings_of(job.get("extends"))) == (["j"], ["t"], (".b",))


def test_later_parents_win_when_a_job_extends_a_list() -> None:
    assert script(expanded(".a: {script: [a]}\n.b: {script: [b]}\nj: {extends: [.a, .b]}\n", "j")) == ["b"]


def test_nodes_keep_their_places_when_they_come_from_a_parent() -> None:
    job = expanded(".a:\n  script:\n    - make\nj:\n  extends: .a\n", "j")
    (item,) = flat_items(job.get("script"))
    assert (item.line, item.column) == (3, 7)
    key = job.key("script")
    assert key is not None
    assert key.line == 2


def test_references_are_put_in_place_when_they_nest() -> None:
    text = (
        ".s: {script: [one, !reference [.t, script]]}\n.t: {script: [two]}\n"
        "j: {script: [!reference [.s, script], three], variables: {V: !reference [.v, variables, V]}}\n"
        ".v: {variables: {V: 'yes'}}\n"
    )
    job = expanded(text, "j")
    variables = job.mapping("variables")
    assert script(job) == ["one", "two", "three"]
    assert variables is not None
    assert variables.text("V") == "yes"


def test_reference_stays_and_is_no_command_when_its_target_is_elsewhere() -> None:
    text = "j: {script: [!reference [.far, script], here]}\n"
    job = expanded(text, "j")
    assert script(job) == ["here"]
    assert references_in(job) == (".far",)


def test_defaults_are_taken_over_when_a_job_does_not_set_them() -> None:
    text = (
        "default: {image: alpine, before_script: [b], timeout: 5m, tags: [t]}\nj: {script: [x], tags: [own]}\n"
        ".h: {script: [x]}\nbridge: {trigger: a/b}\n"
    )
    job = expanded(text, "j")
    assert (job.text("image"), script(job, "before_script"), script(job, "tags")) == ("alpine", ["b"], ["own"])
    assert "timeout" not in job  # GitLab lets it stand there without effect
    assert "image" not in expanded(text, ".h")
    assert "image" not in expanded(text, "bridge")


def test_defaults_are_kept_out_when_inherit_says_so() -> None:
    head = "default: {image: alpine, interruptible: true}\n"
    none = expanded(head + "j: {script: x, inherit: {default: false}}\n", "j")
    some = expanded(head + "j: {script: x, inherit: {default: [image]}}\n", "j")
    assert ("image" in none, "interruptible" in none) == (False, False)
    assert ("image" in some, "interruptible" in some) == (True, False)


def test_older_global_keys_are_defaults_when_they_stand_at_the_top() -> None:
    assert script(expanded("before_script: [g]\nj: {script: x}\n", "j"), "before_script") == ["g"]


def test_default_of_the_child_counts_before_the_defaults_when_it_extends() -> None:
    assert expanded("image: top\n.a: {image: parent}\nj: {extends: .a, script: x}\n", "j").text("image") == "parent"


def test_cycles_end_when_jobs_extend_or_reference_each_other() -> None:
    text = ".a: {extends: .b, script: [a]}\n.b: {extends: .a}\nj: {extends: [.a, j], script: [!reference [j, script], x]}\n"
    assert "x" in script(expanded(text, "j"))


def test_expansion_is_bounded_when_references_multiply() -> None:
    lines = [
        f".r{level}: {{script: [{', '.join(f'!reference [.r{level + 1}, script]' for _ in range(40))}]}}" for level in range(10)
    ]
    text = "\n".join([*lines, ".r10: {script: [x]}", "j: {script: [!reference [.r0, script]]}"]) + "\n"
    began = time.process_time()
    assert len(script(expanded(text, "j"))) <= 10_000
    assert time.process_time() - began < LIMIT


def test_expansion_is_bounded_when_every_job_extends_all_before_it() -> None:
    names = [f".j{index}" for index in range(300)]
    lines = [
        f"{name}: {{extends: [{', '.join(names[:index])}], variables: {{V{index}: a}}}}" if index else f"{name}: {{script: x}}"
        for index, name in enumerate(names)
    ]
    began = time.process_time()
    expand_jobs(top("\n".join(lines) + "\n"))
    assert time.process_time() - began < LIMIT
