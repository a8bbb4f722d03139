"""`crypto_wallet`: addresses with a checksum, of Ethereum also without, and of Solana."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    Detector,
    Match,
    Site,
    literal,
    token,
)
from spanloom.processors.redaction.oracle.detectors.crypto_wallet import (
    base58,
    bech32,
    ethereum,
    monero,
)
from spanloom.processors.redaction.oracle.detectors.look import has_both_cases

_TOKEN_BYTES_MIN = 26
_PREFIXES = (b"0x", b"bc1", b"tb1", b"ltc1", b"addr1", b"stake1", b"cosmos1")
_CHECKED = 95
_SOLANA = 30
_WORD = re.compile(rb"[0-9A-Za-z]+")


def detect(site: Site) -> Iterator[Match]:
    anchor = site.text[site.start : site.end]
    if len(anchor) >= _TOKEN_BYTES_MIN:
        # Addresses hold nothing but letters and digits; a token may be a path to one.
        for word in _WORD.finditer(site.text, site.start, site.end):
            if score := _word_score(word[0]):
                yield Match(word.start(), word.end(), score)
    elif anchor == b"0x":
        yield from ethereum.address(site)
    elif end := bech32.address_end(site.text, site.start, site.end):
        yield Match(site.start, end, _CHECKED)


def _word_score(word: bytes) -> int:
    if not has_both_cases(word):
        return 0
    if len(word) in monero.LENGTHS:
        return _CHECKED if monero.is_address(word) else 0
    if len(word) in base58.KEY_OF_32_BYTES_LENGTHS:
        return _SOLANA if base58.is_key_of_32_bytes(word) else 0
    return _CHECKED if base58.is_checked(word) else 0


CRYPTO_WALLET = Detector(
    "crypto_wallet", (*(literal(prefix) for prefix in _PREFIXES), token(_TOKEN_BYTES_MIN)), detect
)
