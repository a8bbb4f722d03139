"""Which files and functions are taken, and what is said about the others."""

from pathlib import Path

import pytest

from spanloom.processors.python.load import UserCodeError, load_function


def write(folder: Path, code: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(code)
    return path


def test_fills_the_options_in(tmp_path: Path) -> None:
    path = write(
        tmp_path, "def process(batch, factor=1, *, name='x'):\n    return batch * factor\n"
    )
    assert load_function(path, "process", {"factor": 3})(2) == 6


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, "def process(batch):\n    return 'before'\n")
    assert load_function(path, "process", {})(None) == "before"
    write(tmp_path, "def process(batch):\n    return 'behind'\n")
    assert load_function(path, "process", {})(None) == "behind"


def test_dataclasses_work_in_the_file(tmp_path: Path) -> None:
    code = (
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\nclass Seen:\n    n: int = 0\n"
        "seen = Seen()\n"
        "def process(batch):\n    seen.n += 1\n    return seen.n\n"
    )
    function = load_function(write(tmp_path, code), "process", {})
    assert [function(None), function(None)] == [1, 2]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def proces(batch): ...\n", "mine.py: has no function 'process'; it has proces"),
        ("process = 5\n", "has no function 'process'"),
        ("x = 1\ndef process(:\n", "mine.py:2: cannot be imported: SyntaxError"),
        ("import no_such_module\n", "mine.py:1: cannot be imported: ModuleNotFoundError"),
        ("x = 1\n\nx = 1 / 0\n", "mine.py:3: cannot be imported: ZeroDivisionError"),
        ("def process(): ...\n", "process() cannot be called with one item and its options"),
        ("def process(batch, must): ...\n", "missing a required argument: 'must'"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path: Path, code: str, message: str) -> None:
    with pytest.raises(UserCodeError) as error:
        load_function(write(tmp_path, code), "process", {})
    assert message in str(error.value)


def test_says_which_option_is_unknown(tmp_path: Path) -> None:
    path = write(tmp_path, "def process(batch, limit=1): ...\n")
    with pytest.raises(UserCodeError, match="limt"):
        load_function(path, "process", {"limt": 2})


def test_says_that_a_file_is_missing_or_no_python(tmp_path: Path) -> None:
    with pytest.raises(UserCodeError, match="no such file"):
        load_function(tmp_path / "absent.py", "process", {})
    with pytest.raises(UserCodeError, match=r"must end in \.py"):
        load_function(write(tmp_path, "", "mine.txt"), "process", {})
