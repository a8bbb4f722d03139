"""Checks on what a regular expression matched; each gets the bytes, separators included."""

from collections.abc import Callable

from spanloom.processors.redaction.oracle.validators import (
    america_asia,
    digits,
    europe,
    form,
    secret,
)

_ALL: tuple[Callable[[bytes], bool], ...] = (
    america_asia.au_medicare,
    america_asia.au_tfn,
    america_asia.br_cnpj,
    america_asia.br_cpf,
    america_asia.ca_sin,
    america_asia.in_pan,
    america_asia.us_aba,
    america_asia.us_itin,
    america_asia.us_npi,
    digits.luhn,
    digits.mod97,
    digits.verhoeff,
    europe.de_steuer_id,
    europe.es_nif,
    europe.fr_nir,
    europe.it_codice_fiscale,
    europe.nl_bsn,
    europe.pl_pesel,
    europe.uk_nhs,
    europe.uk_nino,
    form.geo_coordinates,
    form.uuid,
    form.vin,
    secret.base64_json,
    secret.github_crc32,
    secret.mixed,
    secret.not_placeholder,
)

VALIDATORS = {validate.__name__: validate for validate in _ALL}
"""By name, for rules with `validators: [NAME]`."""
