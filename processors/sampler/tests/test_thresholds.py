"""Probabilities as thresholds, as the Collector's own tests state them (contrib 0.164)."""

from __future__ import annotations

import pytest

from spanloom.processors.sampler.threshold import format_threshold, threshold_of


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "0"),
        (0.5, "8"),
        (2**-56, "ffffffffffffff"),
        (1 / 3, "aaaaaaaaaaaaac"),
        (2 / 3, "55555555555558"),
        (1 - 0x54 / 2**8, "54"),
        (1 - 1 / 2**8, "01"),
    ],
)
def test_probabilities_as_thresholds(probability: float, text: str) -> None:
    assert format_threshold(threshold_of(probability)) == text


def test_a_probability_below_the_smallest_keeps_nothing() -> None:
    assert format_threshold(threshold_of(2**-57)) == ""


@pytest.mark.parametrize(
    ("reject", "texts"),
    [
        (0x456789A / 2**28, ["45678a", "45679", "4568", "456", "45", "4"]),
        (0x456789A / 2**40, ["00045678a", "00045679", "0004568", "000456", "00045", "0004"]),
        (0x789ABCDEF / 2**40, ["0789abcdef", "0789abcdf", "0789abce", "0789abd", "0789ac"]),
        (0x789ABCDEF / 2**40, ["0789b", "078a", "079", "08"]),
        (0x12345678 / 2**32, ["1234568", "123456", "12345", "1234", "123", "12", "1"]),
        (0x80801 / 2**28, ["00808", "008"]),
    ],
)
def test_leading_zeros_do_not_count_as_digits(reject: float, texts: list[str]) -> None:
    for text in texts:
        precision = len(text.lstrip("0"))
        assert format_threshold(threshold_of(1 - reject, precision)) == text
