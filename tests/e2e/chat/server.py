"""A model server that answers as OpenAI's does, and the secrets that pass through it."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

EMAIL = "grace.hopper@navy-mail.org"
CARD = "4539 1488 0343 6467"
API_KEY = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0" + "T3BlbkFJ" + "k1L2m3N4o5P6q7R8s9T0"
"""Put together here, so that no scanner takes this file for a leak."""
SECRETS = [EMAIL, CARD, CARD.replace(" ", ""), API_KEY]

PROMPT = f"Charge my card\n{CARD} and write to {EMAIL}.\n\nThe key is “{API_KEY}”."
ARGUMENTS = {"card": CARD.replace(" ", ""), "receipt": {"to": EMAIL}, "auth": API_KEY}
TOOL_RESULT = {"status": "charged", "detail": json.dumps({"card": CARD, "mail": EMAIL})}
ANSWER = f"Done:\t{CARD} was charged with {API_KEY}; a receipt went to <{EMAIL}>."

_NUMBERS = itertools.count(1)


def _message(request: dict[str, Any]) -> dict[str, Any]:
    if not request.get("tools"):
        return {"role": "assistant", "content": ANSWER}
    function = {"name": "charge", "arguments": json.dumps(ARGUMENTS)}
    call = {"id": "call_1", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _completion(request: dict[str, Any]) -> dict[str, Any]:
    message = _message(request)
    reason = "tool_calls" if "tool_calls" in message else "stop"
    return {
        "id": f"chatcmpl-{next(_NUMBERS)}",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-4.1-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 20, "total_tokens": 60},
    }


def _chunks(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    base = {**_completion(request), "object": "chat.completion.chunk"}
    content = _message(request)["content"]
    for start in range(0, len(content), 7):
        delta = {"role": "assistant", "content": content[start : start + 7]}
        yield {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if request.get("stream"):
            lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in _chunks(request)]
            self._answer("text/event-stream", "".join(lines) + "data: [DONE]\n\n")
        else:
            self._answer("application/json", json.dumps(_completion(request)))

    def _answer(self, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The base URL, while it serves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
