"""Measures the collector, and peers beside it: `make bench`, or `python bench/run.py --help`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import load, measure, report, scenarios, systems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.measure import Cores, Run
    from harness.systems import System

PARTS = ("direct", "throughput", "redaction", "genai", "latency", "overload", "start")
GENAI = "genai_normalizer: {}, cost: {}, sampler: {mode: equalizing, sampling_percentage: 100}"
N_STARTS = 5


def main(argv: Sequence[str] | None = None) -> None:
    """Run the parts asked for, print tables, and keep everything in bench/results/."""
    arguments = _parser().parse_args(argv)
    load.build()
    chosen = _systems(arguments)
    cores = measure.Cores(arguments.system_core, arguments.load_core)
    results: dict[str, Any] = {"environment": report.environment()}
    for part in arguments.parts:
        print(f"\n## {part}\n", flush=True)
        results[part] = PART_RUNNERS[part](arguments, chosen, cores)
    print(f"\n{report.save(results).name} keeps every run", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", metavar="NAME", help="rotel, or any name with --peer-argv")
    parser.add_argument("--peer-argv", metavar="TEMPLATE", help=systems.System.__doc__)
    parser.add_argument("--peer-config", metavar="FILE", type=Path)
    parser.add_argument("--no-spanloom", action="store_true", help="measure the peer alone")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--only", metavar="TEXT", default="", help="scenarios whose name has it")
    parser.add_argument("--rounds", type=int, default=4, help="runs of each system and scenario")
    parser.add_argument("--duration", type=float, default=5.0, metavar="S", help="of one run")
    parser.add_argument("--system-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    return parser


def _systems(arguments: argparse.Namespace) -> list[System]:
    chosen = [] if arguments.no_spanloom else [systems.spanloom()]
    if arguments.peer:
        chosen.append(systems.peer(arguments.peer, arguments.peer_argv, arguments.peer_config))
    return chosen


def _scenarios(
    arguments: argparse.Namespace, entries: Sequence[scenarios.Scenario]
) -> list[scenarios.Scenario]:
    wanted = [entry for entry in entries if arguments.only in entry.name]
    return [
        replace(entry, load=replace(entry.load, duration_s=arguments.duration)) for entry in wanted
    ]


def _direct(arguments: argparse.Namespace, _: list[System], cores: Cores) -> list[Any]:
    entries = [
        entry
        for entry in _scenarios(arguments, scenarios.THROUGHPUT)
        if entry.compression == "none"
    ]
    runs = [(entry.name, measure.direct(entry.load, cores)) for entry in entries]
    rows = [report.direct_row(name, run) for name, run in runs]
    print(report.table(report.DIRECT_HEADER, rows), flush=True)
    return [{"scenario": name, **run.as_json()} for name, run in runs]


def _rounds(
    arguments: argparse.Namespace, chosen: list[System], entry: scenarios.Scenario, cores: Cores
) -> dict[str, list[Run]]:
    """The runs of each system, interleaved."""
    runs: dict[str, list[Run]] = {system.name: [] for system in chosen}
    for system in scenarios.abba(chosen, arguments.rounds):
        run = measure.through(system, entry.load, cores, entry.compression)
        runs[system.name].append(run)
    return runs


def _throughput(arguments: argparse.Namespace, chosen: list[System], cores: Cores) -> list[Any]:
    return _measured(arguments, chosen, cores, scenarios.THROUGHPUT)


def _redaction(arguments: argparse.Namespace, _: list[System], cores: Cores) -> list[Any]:
    chosen = [
        systems.spanloom(),
        systems.spanloom(name="spanloom, redaction", processors="redaction: {}"),
    ]
    return _measured(arguments, chosen, cores, scenarios.REDACTION)


def _genai(arguments: argparse.Namespace, _: list[System], cores: Cores) -> list[Any]:
    chosen = [
        systems.spanloom(),
        systems.spanloom(name="spanloom, genai", processors=GENAI),
        systems.spanloom(name="spanloom, redaction, genai", processors=f"redaction: {{}}, {GENAI}"),
    ]
    return _measured(arguments, chosen, cores, scenarios.GENAI)


def _measured(
    arguments: argparse.Namespace,
    chosen: list[System],
    cores: Cores,
    entries: Sequence[scenarios.Scenario],
) -> list[Any]:
    kept, rows = [], []
    for entry in _scenarios(arguments, entries):
        for name, runs in _rounds(arguments, chosen, entry, cores).items():
            rows.append(report.throughput_row(entry.name, name, runs))
            print("\t".join(rows[-1]), file=sys.stderr, flush=True)
            kept += [{"scenario": entry.name, **run.as_json()} for run in runs]
    print(report.table(report.THROUGHPUT_HEADER, rows), flush=True)
    return kept


def _latency(arguments: argparse.Namespace, chosen: list[System], cores: Cores) -> list[Any]:
    if not arguments.no_spanloom:
        chosen = [*chosen, systems.spanloom(name="spanloom, linger 0s", linger="0s")]
    entry = scenarios.LATENCY
    entry = replace(entry, load=replace(entry.load, duration_s=arguments.duration))
    base = measure.direct(entry.load, cores)
    runs = _rounds(arguments, chosen, entry, cores)
    rows = [report.latency_row(name, found, base) for name, found in runs.items()]
    print(report.table(report.LATENCY_HEADER, rows), flush=True)
    everything = [base, *(run for found in runs.values() for run in found)]
    return [{"scenario": entry.name, **run.as_json()} for run in everything]


def _overload(_: argparse.Namespace, chosen: list[System], cores: Cores) -> list[Any]:
    found = [
        measure.overload(
            system, scenarios.OVERLOAD.load, scenarios.OVERLOAD_SINK_SPANS_PER_S, cores
        )
        for system in chosen
    ]
    rows = [report.overload_row(result) for result in found]
    print(report.table(report.OVERLOAD_HEADER, rows), flush=True)
    return [result.as_json() for result in found]


def _start(_: argparse.Namespace, chosen: list[System], cores: Cores) -> list[Any]:
    starts: dict[str, list[float]] = {system.name: [] for system in chosen}
    for system in scenarios.abba(chosen, N_STARTS):
        starts[system.name].append(measure.cold_start_s(system, cores))
    rows = [report.start_row(name, seconds) for name, seconds in starts.items()]
    print(report.table(report.START_HEADER, rows), flush=True)
    return [{"system": name, "start_s": seconds} for name, seconds in starts.items()]


PART_RUNNERS = {
    "direct": _direct,
    "throughput": _throughput,
    "redaction": _redaction,
    "genai": _genai,
    "latency": _latency,
    "overload": _overload,
    "start": _start,
}

if __name__ == "__main__":
    main()
