"""How a client proves and checks identity. Key names are the Collector's."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

from pydantic import model_validator

from spanloom.component import Config
from spanloom.config.fields import Secret


class TLSClientConfig(Config):
    """TLS towards a destination. Files are read once, when the exporter starts."""

    insecure: bool = False
    """Speak plain text to an endpoint without a scheme."""

    insecure_skip_verify: bool = False
    """Accept any certificate."""

    ca_file: str | None = None
    """PEM file of the authorities to trust, in place of the system's. Relative: to the config."""

    ca_pem: str | None = None
    """The same, written out."""

    cert_file: str | None = None
    """PEM file of the certificate to show."""

    cert_pem: str | None = None
    """The same, written out."""

    key_file: str | None = None
    """PEM file of its private key."""

    key_pem: Secret | None = None
    """The same, written out."""

    server_name_override: str | None = None
    """The name that the destination's certificate must have, in place of the endpoint's."""

    @model_validator(mode="after")
    def _paired(self) -> TLSClientConfig:
        for name in ("ca", "cert", "key"):
            if getattr(self, f"{name}_file") and getattr(self, f"{name}_pem"):
                raise ValueError(f"{name}_file and {name}_pem exclude each other")
        if bool(self.cert_file or self.cert_pem) != bool(self.key_file or self.key_pem):
            raise ValueError("a certificate and its key must be given together")
        return self

    def ca(self, config_dir: str) -> bytes | None:
        """The PEM of the authorities, None for the system's. Raises OSError."""
        return _pem(self.ca_file, self.ca_pem, config_dir)

    def cert(self, config_dir: str) -> bytes | None:
        """The PEM of the client's certificate. Raises OSError."""
        return _pem(self.cert_file, self.cert_pem, config_dir)

    def key(self, config_dir: str) -> bytes | None:
        """The PEM of its key. Raises OSError."""
        return _pem(self.key_file, self.key_pem.reveal() if self.key_pem else None, config_dir)


def _pem(file: str | None, text: str | None, config_dir: str) -> bytes | None:
    if file is not None:
        return (Path(config_dir) / file).read_bytes()
    return None if text is None else text.encode()


def ssl_context(config: TLSClientConfig, config_dir: str) -> ssl.SSLContext:
    """The context of a client. Raises OSError (ssl.SSLError too) for files that do not serve."""
    ca = config.ca(config_dir)
    context = ssl.create_default_context(cadata=None if ca is None else ca.decode())
    if config.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    cert, key = config.cert(config_dir), config.key(config_dir)
    if cert is not None and key is not None:
        _load_cert(context, cert, key)
    return context


def _load_cert(context: ssl.SSLContext, cert: bytes, key: bytes) -> None:
    # `ssl` reads certificates from files only; this one is private and gone at once.
    with tempfile.NamedTemporaryFile() as both:
        both.write(cert + b"\n" + key)
        both.flush()
        context.load_cert_chain(both.name)
