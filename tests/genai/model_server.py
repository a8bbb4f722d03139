"""A model server that answers as OpenAI's and Anthropic's do, and keeps the facts of each call."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self

import answers
import wire
from answers import Json

# Chunks come with pauses, so that the first one has a time of its own.
PAUSE_S = 0.005
PATHS = {
    "/v1/chat/completions": ("chat", "openai", "chatcmpl-"),
    "/v1/responses": ("chat", "openai", "resp_"),
    "/v1/embeddings": ("embeddings", "openai", ""),
    "/v1/messages": ("chat", "anthropic", "msg_"),
}


class ModelServer(ThreadingHTTPServer):
    """Serves on a free port of 127.0.0.1 while used as a context.

    `calls` holds the facts of each call that was answered, in order.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[Json] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://127.0.0.1:{self.server_port}"

    def begin(self, path: str, request: Json) -> Json:
        """The facts of a call that comes in now."""
        operation, provider, prefix = PATHS[path]
        with self._lock:
            call = len(self.calls) + 1
            facts: Json = {"call": call, "path": path, "operation": operation}
            self.calls.append(facts)
        facts |= {
            "provider": provider,
            "request_model": request["model"],
            "response_model": answers.SERVED_AS[request["model"]],
            "streaming": bool(request.get("stream")),
            "usage": answers.usage(call, operation, cache_writes=provider == "anthropic"),
        }
        if operation == "chat":
            facts |= _chat_facts(path, request)
            facts["response_id"] = f"{prefix}{call:04d}spanloom"
        return facts

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def _chat_facts(path: str, request: Json) -> Json:
    if path == "/v1/messages":
        inputs = answers.anthropic_input(request)
    elif path == "/v1/responses":
        inputs = answers.responses_input(request)
    else:
        inputs = answers.chat_input(request["messages"])
    answered = any(message["role"] == "tool" for message in inputs)
    calls_tool = bool(request.get("tools")) and not answered
    facts = {
        "input_messages": inputs,
        "output_messages": [answers.output_message(calls_tool=calls_tool)],
    }
    if path == "/v1/responses":
        # That interface tells a status, never a reason.
        return facts
    return {**facts, "finish_reasons": [_reason(path, request, calls_tool=calls_tool)]}


def _reason(path: str, request: Json, *, calls_tool: bool) -> str:
    limits = ("max_tokens", "max_completion_tokens", "max_output_tokens")
    limit = min((request[key] for key in limits if request.get(key)), default=10_000)
    is_short = limit < answers.SHORT_TOKENS
    if path == "/v1/messages":
        return "tool_use" if calls_tool else "max_tokens" if is_short else "end_turn"
    return "tool_calls" if calls_tool else "length" if is_short else "stop"


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    plain: ClassVar[dict[str, Any]] = {
        "/v1/chat/completions": wire.chat,
        "/v1/responses": wire.responses,
        "/v1/embeddings": wire.embeddings,
        "/v1/messages": wire.anthropic,
    }

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.partition("?")[0]
        facts = self.server.begin(path, request)
        if not request.get("stream"):
            return self._answer("application/json", json.dumps(self.plain[path](facts)).encode())
        if path == "/v1/messages":
            return self._stream(wire.anthropic_events(facts))
        if path == "/v1/responses":
            return self._stream(wire.responses_events(facts))
        options = request.get("stream_options") or {}
        facts["usage_sent"] = bool(options.get("include_usage"))
        return self._stream(wire.chat_events(facts, with_usage=facts["usage_sent"]))

    def _answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, events: wire.Events) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(data)
            head = f"event: {name}\n" if name else ""
            self.wfile.write(f"{head}data: {text}\n\n".encode())
            self.wfile.flush()
            time.sleep(PAUSE_S)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
