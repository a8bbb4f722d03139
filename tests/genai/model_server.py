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
# Of a stream that breaks off.
CUT_AFTER = 3
OK = 200
# What a call that fails never tells, and what one that breaks off has told.
SENT_LAST = ("usage", "finish_reasons")
SENT_FIRST = ("response_id", "response_model", "output_messages")
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
        if request["model"] in answers.FAILING:
            return self._fail(facts, answers.FAILING[request["model"]])
        if not request.get("stream"):
            return self._answer("application/json", json.dumps(self.plain[path](facts)).encode())
        if path == "/v1/messages":
            return self._stream(wire.anthropic_events(facts))
        if path == "/v1/responses":
            return self._stream(wire.responses_events(facts))
        options = request.get("stream_options") or {}
        facts["usage_sent"] = bool(options.get("include_usage"))
        return self._stream(wire.chat_events(facts, with_usage=facts["usage_sent"]))

    def _answer(self, content_type: str, body: bytes, status: int = OK) -> None:
        self.send_response(status)
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

    def _fail(self, facts: Json, status: int) -> None:
        """An error, or the beginning of a stream without its end."""
        facts["status"] = status
        events = wire.chat_events(facts, with_usage=False)[:CUT_AFTER]
        for fact in SENT_LAST if status == OK else (*SENT_LAST, *SENT_FIRST):
            del facts[fact]
        if status == OK:
            return self._cut(events)
        error = {"message": "the model fails", "type": "server_error", "code": None}
        body = json.dumps({"error": error}).encode()
        return self._answer("application/json", body, status)

    def _cut(self, events: wire.Events) -> None:
        """Chunks of HTTP, of which the last one is missing, so that clients see it is cut."""
        self.protocol_version = "HTTP/1.1"
        self.send_response(OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _, data in events:
            event = f"data: {json.dumps(data)}\n\n".encode()
            self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            self.wfile.flush()
            time.sleep(PAUSE_S)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
