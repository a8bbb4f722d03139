"""Cross-origin requests."""

from __future__ import annotations

import httpx

from tests.server.serving import PROTOBUF, Serving

ORIGIN = "https://app.example.com"


def preflight(
    serving: Serving, origin: str = ORIGIN, headers: str = "content-type"
) -> httpx.Response:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": headers,
    }
    return httpx.options(f"{serving.url}/v1/traces", headers=asked)


def test_a_preflight_of_an_allowed_origin_is_granted() -> None:
    with Serving(cors_allowed_origins=["https://*.example.com"], cors_max_age_s=60) as serving:
        reply = preflight(serving)
    assert reply.status_code == 204
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert reply.headers["access-control-allow-methods"] == "POST"
    assert reply.headers["access-control-allow-headers"] == "content-type"
    assert reply.headers["access-control-allow-credentials"] == "true"
    assert reply.headers["access-control-max-age"] == "60"


def test_other_origins_and_headers_are_not_granted() -> None:
    with Serving(cors_allowed_origins=["https://*.example.com"]) as serving:
        for reply in (
            preflight(serving, origin="https://example.org"),
            preflight(serving, headers="x-secret"),
        ):
            assert reply.status_code == 204
            assert "access-control-allow-methods" not in reply.headers


def test_named_headers_are_granted() -> None:
    with Serving(cors_allowed_origins=["*"], cors_allowed_headers=["X-Team"]) as serving:
        assert "access-control-allow-origin" in preflight(serving, headers="x-team").headers


def test_an_answer_names_the_allowed_origin() -> None:
    with Serving(cors_allowed_origins=["*"]) as serving:
        headers = PROTOBUF | {"origin": ORIGIN}
        reply = httpx.post(f"{serving.url}/v1/traces", content=b"", headers=headers)
    assert reply.headers["access-control-allow-origin"] == ORIGIN


def test_without_allowed_origins_a_preflight_is_no_method() -> None:
    with Serving() as serving:
        assert preflight(serving).status_code == 405
