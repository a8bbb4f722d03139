"""JSON of messages that are a role and a text, which most are: a tenth of the way round for them.

What `messages.chat_messages` and `convert.to_json` would make of them, and only that: a test
compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations
from json.encoder import encode_basestring
from typing import Any

from spanloom.processors.genai_normalizer.messages import (
    PLAIN_ROLES,
    answer_messages,
    chat_messages,
)
from spanloom.processors.genai_normalizer.values import finish_reason

MESSAGE_BUILDERS: Mapping[Callable[[list[Any]], Any], str] = {
    chat_messages: "user",
    answer_messages: "assistant",
}
"""With the role of what has none."""
_NAMES = (("content",), ("role", "content"), ("role", "content", "finish_reason"))
_PART = ("message", "contents", "0", "message_content")
PLAIN_PATHS = frozenset(
    {tuple((name,) for name in order) for names in _NAMES for order in permutations(names)}
    | {tuple(("message", name) for name in order) for order in permutations(_NAMES[1])}
    # OpenInference's form of a message of one part.
    | set(permutations((("message", "role"), (*_PART, "type"), (*_PART, "text"))))
)
"""The paths of such an entry, in any order."""


def plain_json(fields: Mapping[str, Any], role: str) -> tuple[str, tuple[str, ...]] | None:
    """JSON of the message, and its finish reasons; None where it is not that plain.

    Args:
        fields: by the last names of the paths.
        role: of what has none.
    """
    role, content = fields.get("role", role), fields.get("content")
    if fields.get("type") == "text":
        content = fields["text"]
    if role not in PLAIN_ROLES or type(content) is not str or content[:2] in ("", "[{"):
        return None
    text = encode_basestring(content)
    message = f'{{"role":"{role}","parts":[{{"type":"text","content":{text}}}]'
    reason = fields.get("finish_reason")
    if reason is None:
        return message + "}", ()
    word = finish_reason(reason) if isinstance(reason, str) and reason else None
    if not word:
        return None
    return f'{message},"finish_reason":{encode_basestring(word)}}}', (reason,)
