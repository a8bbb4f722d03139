"""`crypto_wallet`: addresses with a checksum, of Ethereum also without, and of Solana."""

from __future__ import annotations

from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    Detector,
    Match,
    Site,
    literal,
    word,
)
from spanloom.processors.redaction.oracle.detectors.crypto_wallet import (
    base58,
    bech32,
    ethereum,
    monero,
)
from spanloom.processors.redaction.oracle.detectors.look import has_both_cases

_WORD_BYTES_MIN = base58.ADDRESS_LENGTHS.start
_PREFIXES = (b"0x", b"bc1", b"tb1", b"ltc1", b"addr1", b"stake1", b"cosmos1")
_CHECKED = 95
_SOLANA = 30


def detect(site: Site) -> Iterator[Match]:
    anchor = site.text[site.start : site.end]
    if len(anchor) >= _WORD_BYTES_MIN:
        if score := _word_score(anchor):
            yield Match(site.start, site.end, score)
    elif anchor == b"0x":
        yield from ethereum.address(site)
    elif end := bech32.address_end(site.text, site.start, site.end):
        yield Match(site.start, end, _CHECKED)


def _word_score(anchor: bytes) -> int:
    if not has_both_cases(anchor):
        return 0
    if len(anchor) in monero.LENGTHS:
        return _CHECKED if monero.is_address(anchor) else 0
    if len(anchor) in base58.KEY_OF_32_BYTES_LENGTHS:
        return _SOLANA if base58.is_key_of_32_bytes(anchor) else 0
    return _CHECKED if base58.is_checked(anchor) else 0


CRYPTO_WALLET = Detector(
    "crypto_wallet", (*(literal(prefix) for prefix in _PREFIXES), word(_WORD_BYTES_MIN)), detect
)
