"""`crypto_wallet`: addresses with a checksum, and some without, for words to confirm."""

from __future__ import annotations

from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    Detector,
    Match,
    Site,
    word,
)
from spanloom.processors.redaction.oracle.detectors.crypto_wallet import (
    base32,
    base58,
    bech32,
    cashaddr,
    ethereum,
    monero,
)
from spanloom.processors.redaction.oracle.detectors.look import has_both_cases

_CHECKED = 95
_UNSURE = 30
"""Of Solana, which has no checksum, and of Polkadot."""


def detect(site: Site) -> Iterator[Match]:
    anchor = site.text[site.start : site.end]
    if cashaddr.is_address(anchor):
        yield Match(cashaddr.start(site.text, site.start), site.end, _CHECKED)
    elif score := _score(anchor):
        yield Match(site.start, site.end, score)


def _score(anchor: bytes) -> int:
    if anchor.startswith(b"0x"):
        return ethereum.score(anchor[2:])
    if not has_both_cases(anchor):
        return _CHECKED if bech32.is_address(anchor) or base32.is_address(anchor) else 0
    if len(anchor) in monero.LENGTHS:
        return _CHECKED if monero.is_address(anchor) else 0
    if len(anchor) in base58.UNCHECKED_LENGTHS:
        return _UNSURE if base58.is_unchecked(anchor) else 0
    return _CHECKED if base58.is_checked(anchor) else 0


CRYPTO_WALLET = Detector("crypto_wallet", (word(base58.ADDRESS_LENGTHS.start),), detect)
