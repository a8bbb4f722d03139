"""The wheels and source distributions hold what an installation without the repository needs."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KINDS = ("receivers", "processors", "exporters", "connectors", "extensions")


def _run(argv: list[str], cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _component_files() -> set[str]:
    """Every file of every component but its tests, as the package names it."""
    return {
        f"spanloom/{path.relative_to(ROOT)}"
        for kind in KINDS
        for path in (ROOT / kind).rglob("*")
        if path.is_file() and not {"tests", "__pycache__"} & set(path.parts)
    }


def _hatchling(target: str, cwd: Path, out: Path) -> Path:
    _run([sys.executable, "-m", "hatchling", "build", "--target", target, "-d", str(out)], cwd)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _hatchling("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    return root


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _hatchling("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_repository_has_components_to_pack() -> None:
    assert "spanloom/exporters/otlp/README.md" in _component_files()


def test_wheel_holds_every_component_with_its_readme(wheel: Path) -> None:
    assert _component_files() <= _names(wheel)


def test_wheel_holds_the_type_marker_and_no_tests(wheel: Path) -> None:
    names = _names(wheel)
    assert "spanloom/py.typed" in names
    assert not [name for name in names if "/tests/" in name]


def test_sdist_holds_every_component_and_the_shipped_pipelines(unpacked: Path) -> None:
    files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert _component_files() | {"pipelines.yaml", "README.md", "LICENSE"} <= files


def test_sdist_builds_the_same_wheel_as_the_repository(
    unpacked: Path, wheel: Path, tmp_path: Path
) -> None:
    assert _names(_hatchling("wheel", unpacked, tmp_path)) == _names(wheel)


def test_wheel_runs_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    script = "import spanloom; print(spanloom.__file__)"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for argv, expected in (
        (["-c", script], str(tmp_path)),
        (["-m", "spanloom", "version"], "0.1.0"),
        (["-m", "spanloom", "components"], "memory_limiter"),
    ):
        assert expected in _run([sys.executable, *argv], tmp_path, env)


def test_native_sdist_holds_sources_and_lock(tmp_path: Path) -> None:
    maturin = str(Path(sys.executable).with_name("maturin"))
    _run([maturin, "sdist", "--out", str(tmp_path)], ROOT / "native")
    (built,) = tmp_path.iterdir()
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"Cargo.toml", "Cargo.lock", "pyproject.toml", "src/lib.rs"}
    assert wanted | {"python/spanloom_native/__init__.pyi"} <= names
