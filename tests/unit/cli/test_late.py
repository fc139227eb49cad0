"""Modules put off until something looks into them are then the real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import opslint

SOURCE = str(Path(opslint.__file__).resolve().parents[1])


def run(code: str) -> dict[str, object]:
    """What a fresh interpreter prints as JSON."""
    done = subprocess.run([sys.executable, "-c", f"import sys, json; sys.path.insert(0, {SOURCE!r})\n{code}"], check=True,
                          capture_output=True, text=True, timeout=60)
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_module_is_not_loaded_when_click_imports_it() -> None:
    told = run("import opslint.cli.main\n"
               "print(json.dumps({name: name in sys.modules for name in ('ast', 'dis', 'tokenize', 'inspect')}))")
    assert told == {"ast": False, "dis": False, "tokenize": False, "inspect": True}


@pytest.mark.parametrize("use", [
    "inspect.signature(json.loads).parameters['s'].name == 's'",
    "inspect.cleandoc('  a\\n    b\\n    c') == 'a\\nb\\nc'",
    "inspect.cleandoc('  one line') == 'one line'",
    "platform.system() and platform.python_version()",
    "typing_extensions.Annotated is __import__('typing').Annotated",
    "textwrap.dedent('  a') == 'a'",
    "msgspec.inspect.type_info(int).__class__.__name__ == 'IntType'",
])
def test_module_is_the_real_one_when_something_uses_it(use: str) -> None:
    told = run("import opslint.cli.main, inspect, platform, textwrap, typing_extensions, msgspec\n"
               f"answer = bool({use})\nprint(json.dumps({{'answer': answer}}))")
    assert told == {"answer": True}


def test_module_that_was_loaded_before_stays_when_others_are_put_off() -> None:
    told = run("import inspect, textwrap\nfrom opslint.cli.late import LateModule, put_off\nput_off()\n"
               "print(json.dumps({'late': isinstance(inspect, LateModule), 'kept': sys.modules['textwrap'] is textwrap}))")
    assert told == {"late": False, "kept": True}


def test_import_fails_as_ever_when_the_module_is_not_installed() -> None:
    told = run("from opslint.cli.late import LateModule\nsys.modules['no_such_module'] = LateModule('no_such_module')\n"
               "try:\n    from no_such_module import x\n    answer = 'imported'\n"
               "except ImportError as error:\n    answer = type(error).__name__\nprint(json.dumps({'answer': answer}))")
    assert told == {"answer": "ModuleNotFoundError"}
