"""TLS towards destinations, with certificates made for the test."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
from pydantic import ValidationError

from spanloom.component import Factory
from spanloom.delivery import SendError
from spanloom.delivery.tls import TLSClientConfig
from spanloom.exporters.otlp import FACTORY as GRPC
from spanloom.exporters.otlp_http import FACTORY as HTTP
from spanloom.testing import FakeHost, make_settings

NAME = "collector.test"
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """cert.pem and key.pem of `collector.test`, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    command += f" -keyout key.pem -out cert.pem -subj /CN={NAME} -addext subjectAltName=DNS:{NAME}"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def http_port(folder: Path) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *args: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


class AnyMethod(grpc.GenericRpcHandler):
    def service(self, handler_call_details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(lambda request, context: b"")


@pytest.fixture(scope="module")
def grpc_port(folder: Path) -> Iterator[int]:
    pair = ((folder / "key.pem").read_bytes(), (folder / "cert.pem").read_bytes())
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((AnyMethod(),))
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
    server.start()
    yield port
    server.stop(0).wait()


def send(factory: Factory, endpoint: str, folder: Path, **tls: Any) -> Any:
    config = factory.config.model_validate({"endpoint": endpoint, "tls": tls, "timeout": "5s"})
    exporter = factory.create(config, make_settings("tls", "exporter", config_dir=str(folder)))
    exporter.start(FakeHost())
    try:
        return exporter.send("traces", exporter.prepare("traces", b""), 5)
    finally:
        exporter.shutdown(1)


KNOWN = {"ca_file": "cert.pem", "server_name_override": NAME}


def test_http_trusts_the_given_authority(folder: Path, http_port: int) -> None:
    assert send(HTTP, f"https://127.0.0.1:{http_port}", folder, **KNOWN) == (0, "")


def test_http_refuses_an_unknown_authority(folder: Path, http_port: int) -> None:
    with pytest.raises(SendError) as caught:
        send(HTTP, f"https://127.0.0.1:{http_port}", folder, server_name_override=NAME)
    assert (caught.value.retryable, caught.value.reason) == (True, "tls")


def test_http_refuses_a_wrong_name(folder: Path, http_port: int) -> None:
    with pytest.raises(SendError) as caught:
        send(HTTP, f"https://127.0.0.1:{http_port}", folder, ca_file="cert.pem")
    assert caught.value.reason == "tls"


def test_http_skips_verification_when_told(folder: Path, http_port: int) -> None:
    sent = send(HTTP, f"https://127.0.0.1:{http_port}", folder, insecure_skip_verify=True)
    assert sent == (0, "")


def test_http_shows_its_own_certificate(folder: Path, http_port: int) -> None:
    own = {"cert_file": "cert.pem", "key_pem": (folder / "key.pem").read_text()}
    assert send(HTTP, f"https://127.0.0.1:{http_port}", folder, **KNOWN, **own) == (0, "")


def test_grpc_trusts_the_given_authority(folder: Path, grpc_port: int) -> None:
    assert send(GRPC, f"127.0.0.1:{grpc_port}", folder, **KNOWN) == (0, "")


def test_grpc_refuses_an_unknown_authority(folder: Path, grpc_port: int) -> None:
    with pytest.raises(SendError) as caught:
        send(GRPC, f"127.0.0.1:{grpc_port}", folder, server_name_override=NAME)
    assert (caught.value.retryable, caught.value.reason) == (True, "unavailable")


@pytest.mark.parametrize("factory", [GRPC, HTTP])
def test_missing_file_stops_the_start(factory: Factory, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"absent\.pem"):
        send(factory, "https://127.0.0.1:1", tmp_path, ca_file="absent.pem")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"ca_file": "a", "ca_pem": "b"}, "exclude each other"),
        ({"cert_file": "a"}, "must be given together"),
    ],
)
def test_impossible_config_is_refused(keys: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TLSClientConfig.model_validate(keys)
