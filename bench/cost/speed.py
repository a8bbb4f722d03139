"""How fast calls are priced: the pricing step alone, and all of the processor `cost`.

    python bench/cost/speed.py [--spans 100 512] [--batches 400] [--models 4]

The pricing step: read counts and names, find the price, multiply and add. The processor besides:
tell duplicates, write five attributes. CPU time of one thread, the median and the best batch;
every batch is new to the process, as when it came over the network.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from spanloom.batch import Traces
from spanloom.clock import SystemClock
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.cost import CostProcessor
from spanloom.processors.cost.loading import load_book
from spanloom.processors.cost.pricer import Pricer
from spanloom.testing import build_traces, make_settings

MODELS = ("gpt-4o-2024-08-06", "gpt-4o-mini", "gpt-5.4", "o3", "gpt-4.1", "gpt-5-nano")


def requests(n_spans: int, n_batches: int, n_models: int) -> list[bytes]:
    """Encoded requests of calls, each with ids of its own."""
    encoded = []
    for seed in range(n_batches):
        request = build_traces(n_spans, seed=seed, attributes={"gen_ai.provider.name": "openai"})
        for i, span in enumerate(request.resource_spans[0].scope_spans[0].spans):
            for attribute in span.attributes:
                if attribute.key == "gen_ai.response.id":
                    attribute.value.string_value = f"chatcmpl-{seed:015d}{i:015d}"
                elif attribute.key.endswith(".model"):
                    attribute.value.string_value = MODELS[i % n_models]
        encoded.append(request.SerializeToString())
    return encoded


def seconds(encoded: list[bytes], work: Callable[[Traces], object]) -> list[float]:
    """CPU seconds of the work on each batch."""
    found = []
    for each in encoded:
        batch = Traces.from_bytes(each)
        batch.keys()  # the index is built for whoever asks first
        start = time.thread_time()
        work(batch)
        found.append(time.thread_time() - start)
        batch.ack()
    return found


def show(name: str, n_spans: int, found: list[float]) -> None:
    """One line of the result."""
    median, best = statistics.median(found), min(found)
    print(
        f"{name:10} {n_spans:5} spans  median {median * 1e6:7.1f} us  best {best * 1e6:7.1f} us  "
        f"{median / n_spans * 1e6:5.2f} us/span  {n_spans / median:>10,.0f} spans/s"
    )


def main() -> None:
    """Print a line for each step and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, nargs="+", default=[100, 512])
    parser.add_argument("--batches", type=int, default=400)
    parser.add_argument("--models", type=int, default=4, choices=range(1, len(MODELS) + 1))
    options = parser.parse_args()
    config = Config()
    pricer = Pricer(config, load_book(config), SystemClock())
    for n_spans in options.spans:
        encoded = requests(n_spans, options.batches, options.models)
        cost = CostProcessor(config, make_settings("cost"))
        steps = {"pricing": lambda b: pricer.price(b, set(b.keys())), "processor": cost.process}
        for name, work in steps.items():
            show(name, n_spans, seconds(encoded, work))


if __name__ == "__main__":
    main()
