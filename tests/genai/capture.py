"""Runs unmodified GenAI instrumentations against a fake model and keeps what they send.

usage: capture.py [--venvs DIR] [--failing] NAME...   (NAME: a folder of libraries/, or `all`)

With --failing the application `failing.*` of the library runs, whose calls fail.

Needs the package registries, once; nothing else leaves 127.0.0.1. See README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from model_server import ModelServer
from receiver import TOP, Receiver

HERE = Path(__file__).parent
LIBRARIES = HERE / "libraries"
CAPTURES = HERE / "captures"
FAILURES = HERE / "failures"
TIMEOUT_S = 120


def prepare(name: str, venvs: Path, application: str = "application") -> list[str]:
    """The command that runs an application of a library, once its packages are installed."""
    folder = LIBRARIES / name
    venv = venvs / name
    if (folder / "package.json").exists():
        if not venv.exists():
            install_node(venv, folder)
        # Node looks for packages beside the file that imports them.
        shutil.copy(folder / f"{application}.mjs", venv)
        return ["node", str(venv / f"{application}.mjs")]
    python = str(venv / "bin" / "python")
    if not venv.exists():
        install_python(venv, folder)
    return [python, str(folder / f"{application}.py")]


def install_python(venv: Path, folder: Path) -> None:
    making = venv.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(making)], check=True)
    pip = [str(making / "bin" / "python"), "-m", "pip", "install", "-q"]
    pinned = ["-r", str(folder / "requirements.txt"), "-c", str(folder / "constraints.txt")]
    subprocess.run([*pip, *pinned], check=True)
    making.rename(venv)


def install_node(venv: Path, folder: Path) -> None:
    making = venv.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, making)
    subprocess.run(["npm", "ci", "--no-fund", "--no-audit"], cwd=making, check=True)
    making.rename(venv)


def environment(model_url: str, otlp_url: str) -> dict[str, str]:
    """What every application is told; libraries read some of it by themselves."""
    content = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
    return {
        **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
        "PYTHONPATH": str(HERE / "applications"),
        "MODEL_URL": model_url,
        "OPENAI_BASE_URL": f"{model_url}/v1",
        "OPENAI_API_KEY": "unused",
        "ANTHROPIC_BASE_URL": model_url,
        "ANTHROPIC_API_KEY": "unused",
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": "weather",
        content: "true",
    }


def capture(name: str, venvs: Path, *, failing: bool) -> None:
    """Writes captures/<name>/, or failures/<name>/.

    Raises CalledProcessError when the application fails.
    """
    command = prepare(name, venvs, "failing" if failing else "application")
    with ModelServer() as model, Receiver() as receiver:
        env = environment(model.url, receiver.url)
        subprocess.run(command, env=env, check=True, timeout=TIMEOUT_S, cwd=venvs)
    folder = (FAILURES if failing else CAPTURES) / name
    folder.mkdir(parents=True, exist_ok=True)
    for signal in TOP:
        path = folder / f"{signal}.json"
        path.unlink(missing_ok=True)
        if signal in receiver.received:
            write(path, without_paths(receiver.received[signal], venvs))
    known_path = LIBRARIES / name / ("known_failing.json" if failing else "known.json")
    known = json.loads(known_path.read_text()) if known_path.exists() else {}
    facts = {"versions": versions(name), **known, "calls": model.calls}
    write(folder / "facts.json", facts)


def without_paths(received: Any, venvs: Path) -> Any:
    """Some libraries send where the code of their caller stands, on this machine, and all do so
    with the stack of an exception.
    """
    text = json.dumps(received)
    for path, name in ((venvs, "/venvs"), (HERE, "/srv"), (sys.base_prefix, "/usr")):
        text = text.replace(str(path), name)
    return json.loads(text)


def versions(name: str) -> dict[str, str]:
    """The packages that were installed because they were named, with their versions."""
    folder = LIBRARIES / name
    if (folder / "package.json").exists():
        named: dict[str, str] = json.loads((folder / "package.json").read_text())["dependencies"]
        return named
    lines = (folder / "requirements.txt").read_text().split()
    return dict(line.split("==", 1) for line in lines)


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--venvs", type=Path, default=HERE / ".venv")
    parser.add_argument("--failing", action="store_true")
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    arguments.venvs.mkdir(parents=True, exist_ok=True)
    wanted = "failing.*" if arguments.failing else "application.*"
    known = sorted(path.parent.name for path in LIBRARIES.glob(f"*/{wanted}"))
    for name in known if arguments.names == ["all"] else arguments.names:
        capture(name, arguments.venvs.absolute(), failing=arguments.failing)
        print(f"captured {name}")  # noqa: T201 - a command-line tool


if __name__ == "__main__":
    main()
