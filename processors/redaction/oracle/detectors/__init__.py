"""What needs more than a regular expression: one file per entity."""

from spanloom.processors.redaction.oracle.detectors.anchors import Detector
from spanloom.processors.redaction.oracle.detectors.credit_card import CREDIT_CARD
from spanloom.processors.redaction.oracle.detectors.crypto_wallet import CRYPTO_WALLET
from spanloom.processors.redaction.oracle.detectors.email import EMAIL
from spanloom.processors.redaction.oracle.detectors.generic_secret import GENERIC_SECRET
from spanloom.processors.redaction.oracle.detectors.iban import IBAN
from spanloom.processors.redaction.oracle.detectors.ip_address import IP_ADDRESS
from spanloom.processors.redaction.oracle.detectors.jwt import JWT
from spanloom.processors.redaction.oracle.detectors.mac_address import MAC_ADDRESS
from spanloom.processors.redaction.oracle.detectors.pem_private_key import PEM_PRIVATE_KEY
from spanloom.processors.redaction.oracle.detectors.phone import PHONE
from spanloom.processors.redaction.oracle.detectors.us_ssn import US_SSN

_ALL = (
    CREDIT_CARD,
    CRYPTO_WALLET,
    EMAIL,
    GENERIC_SECRET,
    IBAN,
    IP_ADDRESS,
    JWT,
    MAC_ADDRESS,
    PEM_PRIVATE_KEY,
    PHONE,
    US_SSN,
)

DETECTORS: dict[str, Detector] = {detector.name: detector for detector in _ALL}
"""By name, for rules with `detector: NAME`."""
