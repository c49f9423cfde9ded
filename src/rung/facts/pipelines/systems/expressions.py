"""Expressions of GitHub Actions (`if:`, `${{ }}`), evaluated as far as their values are known without running anything."""

from __future__ import annotations

import re
from collections.abc import Callable

from rung.facts.pipelines.systems.functions import FUNCTIONS, Functions
from rung.facts.pipelines.systems.values import UNKNOWN, Beginning, Unknown, Value, as_text, ordered, same, truth
from rung.regex import regex

TOKEN = regex(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))"
    r"|(?P<operator>&&|\|\||==|!=|<=|>=|[!<>()\[\],.*])|(?P<name>[A-Za-z_][\w-]*))"
)
# bounded and possessive: a hostile text is full of beginnings without an end
HOLE = regex(r"\$\{\{(?P<inside>(?:[^}']|'[^']*'|\}(?!\})){0,1000}+)\}\}")
DEEPEST = 50


class ExpressionError(ValueError):
    """The text is no expression of the grammar."""


def evaluate(text: str, lookup: Callable[[str], Value], functions: Functions | None = None) -> Value:
    """The value of an expression; `lookup` gives the value of a dotted lower-case name. UNKNOWN where it can't be told.

    `functions` are those of another system with the same grammar.
    """
    try:
        return _Parser(text, lookup, FUNCTIONS if functions is None else functions).whole()
    except ExpressionError:
        return UNKNOWN


def holds(text: str, lookup: Callable[[str], Value]) -> bool | None:
    """Whether an `if:` condition (with or without `${{ }}`) is true; None when it can't be told."""
    stripped = text.strip()
    whole = HOLE.fullmatch(stripped)
    if whole:
        return truth(evaluate(whole["inside"], lookup))
    if "${{" not in stripped:
        return truth(evaluate(stripped, lookup)) if stripped else True
    if stripped.startswith("!") and HOLE.fullmatch(stripped[1:].strip()):
        inner = truth(evaluate(stripped[1:].strip()[3:-2], lookup))
        return None if inner is None else not inner
    # text around holes is a string, and one that is not empty is always true; people mean the expression
    return truth(evaluate(HOLE.sub(lambda hole: f"({hole['inside']})", stripped), lookup))


def substitute(text: str, lookup: Callable[[str], Value], functions: Functions | None = None) -> str:
    """The text with each `${{ }}` whose value is known replaced by it."""

    def value(hole: re.Match[str]) -> str:
        found = evaluate(hole["inside"], lookup, functions)
        return hole[0] if isinstance(found, (Unknown, Beginning)) else as_text(found)

    return HOLE.sub(value, text) if "${{" in text else text


class _Parser:
    """Recursive descent that evaluates as it goes; both sides of `&&` and `||` are always parsed."""

    def __init__(self, text: str, lookup: Callable[[str], Value], functions: Functions) -> None:
        self.lookup = lookup
        self.functions = functions
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        self.depth = 0
        position = 0
        while position < len(text.rstrip()):
            match = TOKEN.match(text, position)
            if not match:
                raise ExpressionError(text)
            self.tokens.append((str(match.lastgroup), match[match.lastgroup or 0]))
            position = match.end()

    def whole(self) -> Value:
        value = self.either()
        if self.at != len(self.tokens):
            raise ExpressionError
        return value

    def take(self, *operators: str) -> str:
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind == "operator" and text in operators:
                self.at += 1
                return text
        return ""

    def need(self, operator: str) -> None:
        if not self.take(operator):
            raise ExpressionError

    def either(self) -> Value:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError
        value = self.both()
        while self.take("||"):
            value = _or(value, self.both())
        self.depth -= 1
        return value

    def both(self) -> Value:
        value = self.equality()
        while self.take("&&"):
            value = _and(value, self.equality())
        return value

    def equality(self) -> Value:
        value = self.relation()
        while operator := self.take("==", "!="):
            equal = same(value, self.relation())
            value = UNKNOWN if equal is None else equal == (operator == "==")
        return value

    def relation(self) -> Value:
        value = self.unary()
        while operator := self.take("<", "<=", ">", ">="):
            value = ordered(operator, value, self.unary())
        return value

    def unary(self) -> Value:
        negations = 0
        while self.take("!"):
            negations += 1
        value = self.primary()
        if not negations:
            return value
        known = truth(value)
        return UNKNOWN if known is None else known == (negations % 2 == 0)

    def primary(self) -> Value:
        if self.take("("):
            value = self.either()
            self.need(")")
            return value
        if self.at >= len(self.tokens):
            raise ExpressionError
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(int(text, 16)) if "x" in text else float(text)
        if kind == "name":
            return self.named(text)
        raise ExpressionError

    def named(self, name: str) -> Value:
        if self.take("("):
            return self.dereferenced(self.called(name.lower()))
        if name.lower() in ("true", "false"):
            return name.lower() == "true"
        if name.lower() == "null":
            return None
        path = self.path(name)
        return UNKNOWN if path is None else self.lookup(path.lower())

    def called(self, name: str) -> Value:
        arguments = self.arguments()
        function = self.functions.get(name)
        return function(arguments) if function else UNKNOWN

    def path(self, name: str) -> str | None:
        """A dotted name with its subscripts; None when a subscript is not a literal."""
        known = True
        while True:
            if self.take("."):
                if self.take("*"):
                    known = False
                elif self.at < len(self.tokens) and self.tokens[self.at][0] in ("name", "number"):
                    name += "." + self.tokens[self.at][1]
                    self.at += 1
                else:
                    raise ExpressionError
            elif self.take("["):
                if self.take("*"):
                    known = False
                else:
                    key = self.either()
                    known = known and isinstance(key, (str, float))
                    name += "." + as_text(key)
                self.need("]")
            else:
                return name if known else None

    def dereferenced(self, value: Value) -> Value:
        """What follows a call, such as `fromJSON(x).y`, is only known to a run."""
        before = self.at
        self.path("")
        return value if self.at == before else UNKNOWN

    def arguments(self) -> list[Value]:
        found: list[Value] = []
        if self.take(")"):
            return found
        while True:
            found.append(self.either())
            if self.take(")"):
                return found
            self.need(",")


def _or(left: Value, right: Value) -> Value:
    known = truth(left)
    if known is None:  # `x || 'a'` has no known value but is certainly true
        return Beginning("") if truth(right) else UNKNOWN
    return left if known else right


def _and(left: Value, right: Value) -> Value:
    known = truth(left)
    if known is None:
        return False if truth(right) is False else UNKNOWN
    return right if known else left
