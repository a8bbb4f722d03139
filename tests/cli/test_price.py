"""`spanloom price` and `spanloom reprice`, in this process and as commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from spanloom.batch import Traces
from spanloom.cli import cli
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.cost import CostProcessor
from spanloom.testing import build_traces, make_settings

Run = Callable[..., Result]
AT = ("--at", "2026-11-21")
OWN = """\
name: acme
contract: Enterprise 4711
prices:
  - {model: gpt-4o, provider: openai, per_million: {input: "2.00", output: "8.00"}}
  - {model: my-llama, per_gpu_second: "0.0012", gpus: 2, concurrency: "3"}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `spanloom` with arguments, in a folder with `own.yaml`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(OWN)
    return lambda *arguments: CliRunner().invoke(cli, arguments)


def test_a_price_is_explained_unit_by_unit() -> None:
    argv = ["price", "gpt-4o", "--input", "1000", "--output", "100", "--cache-read", "600", *AT]
    done = subprocess.run(
        [sys.executable, "-m", "spanloom", *argv],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    head, *lines = done.stdout.splitlines()
    assert head.startswith("openai/gpt-4o of genai-prices-")
    assert head.endswith(", at 2026-11-21T00:00:00Z")
    assert lines == [
        "unit               count  per million       amount",
        "input_tokens         400          2.5        0.001",
        "cache_read_tokens    600         1.25      0.00075",
        "output_tokens        100           10        0.001",
        "total                                  0.00275 USD",
    ]


def test_json_has_exact_numbers_as_strings(run: Run) -> None:
    result = run("price", "gpt-4o", "--input", "1", "--output", "1", "--format", "json", *AT)
    shown = json.loads(result.stdout)
    assert shown["total"] == "0.0000125"
    assert shown["amount"] == 1.25e-05
    assert [unit["unit"] for unit in shown["units"]] == ["input_tokens", "output_tokens"]


def test_a_file_comes_before_the_shipped_list(run: Run) -> None:
    given = ("price", "gpt-4o", "--provider", "openai", "--input", "1000000", "--output", "0")
    result = run(*given, "--prices", "own.yaml", *AT)
    assert result.stdout.startswith("openai/gpt-4o of acme#")
    assert "(Enterprise 4711)" in result.stdout
    assert result.stdout.endswith(" 2 USD\n")


def test_seconds_are_billed_exactly(run: Run) -> None:
    result = run("price", "my-llama", "--seconds", "1.5", "--prices", "own.yaml", *AT)
    assert result.stdout.endswith(" 0.0012 USD\n")
    missing = run("price", "my-llama", "--input", "5", "--prices", "own.yaml", *AT)
    assert missing.exit_code == 2
    assert "--seconds is needed" in missing.stderr


def test_context_and_date_choose_the_price(run: Run) -> None:
    given = ("price", "gpt-4o", "--input", "1000000", "--output", "0")
    assert run(*given, "--when", "processing=batch", *AT).stdout.endswith(" 1.25 USD\n")
    assert run(*given, "--when", "processing=batch", "--at", "2026-01-01").stdout.endswith(
        " 2.5 USD\n"
    )
    assert run(*given, "--unit", "web_searches=3", *AT).stdout.endswith(" 2.53 USD\n")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("nope", "--input", "1"), 1, "no price of nope"),
        (("gpt-4o",), 2, "nothing is counted that has a price"),
        (("gpt-4o", "--cache-read", "1"), 2, "the counts need input_tokens too"),
        (("gpt-4o", "--input", "1", "--cache-read", "2"), 2, "parts of input_tokens are more"),
        (("gpt-4o", "--unit", "web_serches=1"), 2, "did you mean 'web_searches'"),
        (("gpt-4o", "--unit", "web_searches"), 2, "must have the form"),
        (("gpt-4o", "--unit", "web_searches=-1"), 2, "must not be negative"),
        (("gpt-4o", "--unit", "web_searches=x"), 2, "wants a number"),
        (("gpt-4o", "--input", "1", "--at", "today"), 2, "must be a date"),
        (("gpt-4o", "--input", "-1"), 2, "--input"),
    ],
)
def test_mistakes_say_what_to_do(
    run: Run, arguments: tuple[str, ...], status: int, message: str
) -> None:
    result = run("price", *arguments)
    assert result.exit_code == status
    assert message in result.stderr


def test_mistakes_of_files_are_placed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("prices:\n  - {model: x, per_million: {input: 2.5}}\n")
    result = run("price", "x", "--input", "1", "--prices", "bad.yaml")
    assert result.exit_code == 1
    assert "bad.yaml:2:" in result.stderr
    assert "quotes" in result.stderr


def recorded(path: Path, *, n_spans: int = 6) -> None:
    """A recording by the exporter's form: two models, priced by the shipped list."""
    cost = CostProcessor(Config(), make_settings("cost"))
    lines = []
    for seed, model in enumerate(("gpt-4o", "gpt-4o-mini"), 1):
        attributes: dict[str, Any] = {
            "gen_ai.provider.name": "openai",
            "gen_ai.response.model": model,
            "gen_ai.usage.input_tokens": 1_000_000 * seed,
            "gen_ai.usage.output_tokens": 100,
        }
        request = build_traces(n_spans, attributes=attributes, seed=seed)
        for span in request.resource_spans[0].scope_spans[0].spans:
            for attribute in span.attributes:
                if attribute.key == "gen_ai.response.id":
                    attribute.value.string_value += f"-{seed}"
        batch = cost.process(Traces.from_bytes(request.SerializeToString()))
        lines.append(batch.encode_json())
        batch.ack()
    path.write_bytes(b"\n".join([*lines, lines[0], b""]))


def test_reprice_compares_with_what_was_recorded(run: Run, tmp_path: Path) -> None:
    recorded(tmp_path / "spans.jsonl")
    result = run("reprice", "spans.jsonl", "--prices", "own.yaml")
    assert result.exit_code == 0, result.output
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["model", "currency", "calls", "recorded", "priced", "amount", "difference"],
        ["openai/gpt-4o", "USD", "6", "15.006", "6", "12.0048", "-3.0012"],
        ["openai/gpt-4o-mini", "USD", "6", "1.80036", "6", "1.80036", "0"],
        ["total", "USD", "12", "16.80636", "12", "13.80516", "-3.0012"],
    ]


def test_reprice_compares_two_lists(run: Run, tmp_path: Path) -> None:
    recorded(tmp_path / "spans.jsonl")
    result = run(
        "reprice", "spans.jsonl", "--prices", "own.yaml", "--only", "--against", "shipped",
        "--format", "json",
    )  # fmt: skip
    first, second = json.loads(result.stdout)
    assert (first["model"], first["priced_amount"], first["against_amount"]) == (
        "openai/gpt-4o", "12.0048", "15.006",
    )  # fmt: skip
    assert (second["model"], second["priced_calls"], second["priced_amount"]) == (
        "openai/gpt-4o-mini", 0, None,
    )  # fmt: skip


def test_reprice_names_the_line_that_it_cannot_read(run: Run, tmp_path: Path) -> None:
    recorded(tmp_path / "spans.jsonl")
    with (tmp_path / "spans.jsonl").open("ab") as file:
        file.write(b"{broken\n")
    result = run("reprice", "spans.jsonl", "--prices", "shipped")
    assert result.exit_code == 1
    assert "spans.jsonl:4: is no OTLP/JSON" in result.stderr


def test_reprice_names_the_mistakes_of_a_list(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    result = run("reprice", "empty.jsonl", "--prices", "absent.yaml")
    assert result.exit_code == 1
    assert "absent.yaml:1:1" in result.stderr
