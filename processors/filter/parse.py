"""From the text of a condition to its tree.

condition  = conjunction { "or" conjunction }
conjunction= negation { "and" negation }
negation   = "not" negation | "(" condition ")" | test
test       = path [ operator literal | "in" list ] | "IsMatch" "(" path "," string ")"
path       = name { "." name } [ "[" string "]" ]
operator   = "==" | "!=" | "<" | "<=" | ">" | ">=" | "matches"
literal    = string | number | "true" | "false" | "nil" | NAME
list       = "[" literal { "," literal } "]"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

Scalar: TypeAlias = str | bool | int | float | None
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "matches", "in", "present"]

_T = TypeVar("_T")

# Conditions are written by people; deeper nesting is a mistake, and parsing recurses.
_DEPTH_MAX = 50
_TEXT_LENGTH_MAX = 10_000
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<symbol>==|!=|<=|>=|[<>()\[\],.])
    )""",
    re.VERBOSE,
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "nil": None}


class ConditionError(ValueError):
    """A condition that cannot be read or makes no sense; says where and what was expected."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"column {position + 1}: {message}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Path:
    """What is looked at: `("resource", "attributes")` with key `service.name`, for example."""

    names: tuple[str, ...]
    key: str | None
    position: int

    def __str__(self) -> str:
        return ".".join(self.names) + (f'["{self.key}"]' if self.key is not None else "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One path compared with a literal; with `in`, a tuple of literals."""

    path: Path
    operator: Operator
    value: Scalar | tuple[Scalar, ...] = None


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]


Node: TypeAlias = Comparison | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    position: int


def parse(text: str) -> Node:
    """The tree of a condition.

    Raises:
        ConditionError: with the column and what was expected there.
    """
    return _Parser(text).parse()


def _tokens(text: str) -> list[Token]:
    if len(text) > _TEXT_LENGTH_MAX:
        raise ConditionError(0, f"a condition has at most {_TEXT_LENGTH_MAX} characters")
    tokens, position = [], 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise ConditionError(at, f"cannot read {text[at]!r}")
        kind = match.lastgroup
        tokens.append(Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, Token("end", "", end)]


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._index = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._any_of()
        if self._current.kind != "end":
            raise self._expected("'and', 'or' or the end")
        return node

    @property
    def _current(self) -> Token:
        return self._tokens[self._index]

    def _next(self) -> Token:
        token = self._current
        self._index = min(self._index + 1, len(self._tokens) - 1)
        return token

    def _take(self, *texts: str) -> bool:
        """Step over the next token if it is one of these."""
        if self._current.kind in ("name", "symbol") and self._current.text in texts:
            self._next()
            return True
        return False

    def _require(self, text: str) -> None:
        if not self._take(text):
            raise self._expected(f"'{text}'")

    def _expected(self, what: str) -> ConditionError:
        token = self._current
        seen = "the end" if token.kind == "end" else token.text
        return ConditionError(token.position, f"expected {what}, got {seen}")

    def _any_of(self) -> Node:
        parts = self._separated(self._all_of, "or")
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self) -> Node:
        parts = self._separated(self._negation, "and")
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _separated(self, part: Callable[[], _T], separator: str) -> list[_T]:
        parts = [part()]
        while self._take(separator):
            parts.append(part())
        return parts

    def _negation(self) -> Node:
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise ConditionError(self._current.position, f"nested deeper than {_DEPTH_MAX}")
        try:
            return self._negated_or_grouped()
        finally:
            self._depth -= 1

    def _negated_or_grouped(self) -> Node:
        if self._take("not"):
            return Not(self._negation())
        if self._take("("):
            node = self._any_of()
            self._require(")")
            return node
        if self._take("IsMatch"):
            return self._is_match()
        return self._test()

    def _is_match(self) -> Node:
        """OTTL's spelling of `matches`."""
        self._require("(")
        path = self._path()
        self._require(",")
        pattern = self._string()
        self._require(")")
        return Comparison(path, "matches", pattern)

    def _test(self) -> Node:
        path = self._path()
        if self._take("matches"):
            return Comparison(path, "matches", self._string())
        if self._take("in"):
            self._require("[")
            values = self._separated(self._literal, ",")
            self._require("]")
            return Comparison(path, "in", tuple(values))
        for operator in _COMPARISONS:
            if self._take(operator):
                return _compared(path, operator, self._literal())
        return Comparison(path, "present")

    def _path(self) -> Path:
        position = self._current.position
        names = [self._name()]
        while self._take("."):
            names.append(self._name())
        key = None
        if self._take("["):
            key = self._string()
            self._require("]")
        return Path(tuple(names), key, position)

    def _name(self) -> str:
        if self._current.kind != "name":
            raise self._expected("a field such as name or attributes")
        return self._next().text

    def _string(self) -> str:
        if self._current.kind != "string":
            raise self._expected("a string in quotes")
        body = self._next().text[1:-1]
        return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), body)

    def _literal(self) -> Scalar:
        token = self._current
        if token.kind == "string":
            return self._string()
        if token.kind == "number":
            text = self._next().text
            return int(text) if text.lstrip("-").isdigit() else float(text)
        if token.kind == "name":
            # Anything else is a constant in OTTL's spelling, such as STATUS_CODE_ERROR.
            return _CONSTANTS.get(self._next().text, token.text)
        raise self._expected("a string, a number, true, false or nil")


def _compared(path: Path, operator: str, value: Scalar) -> Node:
    """`== nil` and `!= nil` ask for presence."""
    if value is not None:
        return Comparison(path, operator, value)  # type: ignore[arg-type]
    present = Comparison(path, "present")
    if operator == "!=":
        return present
    if operator == "==":
        return Not(present)
    raise ConditionError(path.position, f"nil cannot be compared with {operator}")
