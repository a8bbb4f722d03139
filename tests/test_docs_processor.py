"""The code on the page "write a processor" works as it stands there."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import spanloom.processors
from spanloom.batch import Ledger, Traces
from spanloom.config import load
from spanloom.processors.python.config import Config
from spanloom.processors.python.python import PythonProcessor
from spanloom.testing import Recording, attach, build_traces, make_settings
from spanloom.testing.contract import CHECKS, Component, check_lifecycle

PAGE = Path(__file__).parent.parent / "docs" / "write-a-processor.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BASE = """
receivers:
  otlp: {protocols: {grpc: {}}}
exporters:
  debug: {}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
"""
FOLDER = "processors/latency_class"


def blocks(language: str) -> list[str]:
    return [code for name, code in BLOCK.findall(PAGE.read_text()) if name == language]


def files() -> dict[str, str]:
    """The Python blocks by the file name in their first line."""
    return {code.partition("\n")[0].removeprefix("# "): code for code in blocks("python")}


def configured(file_name: str, folder: Path) -> tuple[PythonProcessor, Recording]:
    """The processor that the page's YAML block for this file describes."""
    (folder / file_name).write_text(files()[file_name])
    block = next(block for block in blocks("yaml") if block.startswith(f"# {file_name}"))
    (config,) = yaml.safe_load(block)["processors"].values()
    rest = Recording()
    processor = PythonProcessor(
        Config.model_validate(config), make_settings(config_dir=str(folder))
    )
    return attach(processor, rest), rest


def spans(rest: Recording) -> list[Any]:
    return [
        s for m in rest.messages for r in m.resource_spans for sc in r.scope_spans for s in sc.spans
    ]


def test_every_yaml_block_is_a_valid_configuration(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(BASE)
    for index, block in enumerate(blocks("yaml")):
        path = tmp_path / f"{index}.yaml"
        path.write_text(block)
        load([str(base), str(path)])


def test_the_vectorised_function_sets_the_rate(tmp_path: Path) -> None:
    processor, rest = configured("tokens_per_second.py", tmp_path)
    processor.consume(Traces.from_message(build_traces(5)))
    rates = [
        attribute.value.double_value
        for span in spans(rest)
        for attribute in span.attributes
        if attribute.key == "llm.tokens_per_second"
    ]
    assert rates == [20.0, 21.0, 22.0, 23.0, 24.0]


def test_the_function_over_spans_drops_renames_and_trims(tmp_path: Path) -> None:
    request = build_traces(3)
    first, second, _ = request.resource_spans[0].scope_spans[0].spans
    first.name = "internal poll"
    second.name = "GET /chat?user=ann"
    for index in range(5):
        second.events.add(name=f"token {index}")
    processor, rest = configured("tidy.py", tmp_path)
    ledger, batch = Ledger(), Traces.from_message(request)
    batch.enter(ledger)
    processor.consume(batch)
    assert [span.name for span in spans(rest)] == ["GET /chat", "chat qwen2.5-32b"]
    assert [event.name for event in spans(rest)[0].events] == ["token 0", "token 1"]
    assert ledger.snapshot()["dropped"] == {"python": 1}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The page's component folder, importable as `spanloom.processors.latency_class`."""
    for name, code in files().items():
        if name.startswith(FOLDER):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(code)
    (readme,) = blocks("markdown")
    (tmp_path / FOLDER / "README.md").write_text(readme.replace("~~~", "```"))
    # Not by attribute: pytest's own importing may have left another module object there.
    package = sys.modules[spanloom.processors.__name__]
    paths = [*package.__path__, str(tmp_path / "processors")]
    monkeypatch.setattr(package, "__path__", paths)
    yield tmp_path / FOLDER
    for name in [name for name in sys.modules if "latency_class" in name]:
        del sys.modules[name]


def test_the_component_folder_keeps_to_the_contract(folder: Path, tmp_path: Path) -> None:
    factory = importlib.import_module("spanloom.processors.latency_class").FACTORY
    component = Component("processor", "latency_class", folder, factory)
    for check in CHECKS:
        check(component)
    check_lifecycle(component, tmp_path)


def test_the_component_folder_passes_its_own_test(folder: Path) -> None:
    code = (folder / "tests" / "test_latency_class.py").read_text()
    namespace: dict[str, Any] = {}
    exec(compile(code, "test_latency_class.py", "exec"), namespace)
    tests = [value for name, value in namespace.items() if name.startswith("test_")]
    assert len(tests) == 1
    for test in tests:
        test()
