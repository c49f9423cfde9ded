"""A reader for Bicep, as far as settings and resources need it: statements and their expressions."""

from __future__ import annotations

from dataclasses import dataclass, field

from rung.facts.code.source import Value
from rung.facts.settings.bicep.lexer import Token, tokenize

_PRECEDENCE = {
    "??": 1, "||": 2, "&&": 3, "==": 4, "!=": 4, "=~": 4, "!~": 4,
    "<": 5, ">": 5, "<=": 5, ">=": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}  # fmt: skip
_MAXIMUM_DEPTH = 60
_END = Token("end", "", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Statement:
    """A parameter, variable, resource or module.

    `target` is the resource's type or the module's path; `condition` the source text of its `if`; `existing` means that the
    resource is only referred to. `value` is the default, the value or the body.
    """

    kind: str
    name: str
    line: int
    target: str = ""
    value: Value | None = None
    condition: str = ""
    existing: bool = False


@dataclass(slots=True)
class _TooDeepError(Exception):
    """Nesting beyond what a person writes."""

    line: int = field(default=0)


def read_bicep(text: str) -> list[Statement]:
    """The statements of a Bicep or .bicepparam text in file order, nested resources among them."""
    return _Parser(text).statements()


def read_expression(text: str) -> Value:
    """One expression of Bicep, such as the condition of a resource."""
    try:
        return _Parser(text).expression()
    except _TooDeepError:
        return Value("other", text[:200])


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._at = 0
        self._depth = 0
        self._found: list[Statement] = []
        self._parents: list[str] = []  # types of the resources whose bodies we are in

    # tokens

    def _peek(self, ahead: int = 0) -> Token:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else _END

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _is(self, *marks: str) -> bool:
        token = self._peek()
        return token.kind == "mark" and token.text in marks

    def _accept(self, mark: str) -> bool:
        if self._is(mark):
            self._at += 1
            return True
        return False

    def _skip_newlines(self) -> None:
        while self._peek().kind == "newline":
            self._at += 1

    def _continues(self, *marks: str) -> bool:
        """Whether one of these marks comes next, maybe on a later line; goes there if so."""
        ahead = 0
        while self._peek(ahead).kind == "newline":
            ahead += 1
        token = self._peek(ahead)
        if token.kind == "mark" and token.text in marks:
            self._at += ahead
            return True
        return False

    # statements

    def statements(self) -> list[Statement]:
        try:
            while self._peek() is not _END:
                self._statement()
        except _TooDeepError:
            pass
        return sorted(self._found, key=lambda s: s.line)

    def _statement(self) -> None:
        token = self._peek()
        if token.kind == "name" and self._peek(1).kind == "name":
            if token.text in ("param", "var"):
                return self._definition()
            if token.text in ("resource", "module"):
                return self._deployment()
        if self._accept("@"):
            self.expression()
            return None
        return self._skip_statement()

    def _skip_statement(self) -> None:
        depth = 0
        while (token := self._next()) is not _END:
            if token.kind == "newline" and depth <= 0:
                return
            if token.kind == "mark" and token.text in "()[]{}":
                depth += 1 if token.text in "([{" else -1

    def _definition(self) -> None:
        kind = self._next().text
        name = self._next()
        while not self._is("=") and self._peek().kind not in ("newline", "end"):
            if self._is("{", "(", "["):
                self._primary()
            else:
                self._next()
        value = self.expression() if self._accept("=") else None
        self._found.append(Statement(kind, name.text, name.line, value=value))

    def _deployment(self) -> None:
        kind = self._next().text
        name = self._next()
        target = self._next().text if self._peek().kind in ("string", "template") else ""
        existing = self._peek().text == "existing"
        if existing:
            self._next()
        if not self._accept("="):
            return
        self._skip_newlines()
        if self._parents and kind == "resource":  # a nested resource's type begins with its parent's
            target = f"{self._parents[-1].partition('@')[0]}/{target}"
        self._parents.append(target)
        value, condition = self._body()
        self._parents.pop()
        self._found.append(Statement(kind, name.text, name.line, target, value, condition, existing))

    def _body(self) -> tuple[Value, str]:
        """The object of a deployment, out of its condition and its loop."""
        if self._is("[") and self._peek(1).text == "for":
            self._at += 2
            self._skip_to_colon()
            value, condition = self._body()
            self._skip_newlines()
            self._accept("]")
            return value, condition
        condition = ""
        if self._peek().text == "if" and self._peek(1).text == "(":
            self._next()
            start = self._next().end
            self.expression()
            self._skip_newlines()
            condition = self._text[start : self._peek().start].strip()
            self._accept(")")
            self._skip_newlines()
        return self.expression(), condition

    def _skip_to_colon(self) -> None:
        """Go behind the head of a loop."""
        depth = 0
        while (token := self._next()) is not _END:
            if token.kind == "mark":
                if token.text == ":" and depth <= 0:
                    break
                depth += (token.text in "([{") - (token.text in ")]}")
        self._skip_newlines()

    # expressions

    def expression(self) -> Value:
        """Read one expression."""
        self._depth += 1
        if self._depth > _MAXIMUM_DEPTH:
            raise _TooDeepError
        self._skip_newlines()
        value = self._binary(1)
        if self._continues("?"):
            self._next()
            first = self.expression()
            second = self.expression() if self._continues(":") and self._accept(":") else Value("null")
            value = Value("call", "?:", value.line, (value, first, second))
        self._depth -= 1
        return value

    def _binary(self, minimum: int) -> Value:
        left = self._unary()
        while self._continues(*_PRECEDENCE) and _PRECEDENCE[self._peek().text] >= minimum:
            operator = self._next().text
            self._skip_newlines()
            right = self._binary(_PRECEDENCE[operator] + 1)
            left = Value("call", operator, left.line, (left, right))
        return left

    def _unary(self) -> Value:
        operators: list[Token] = []
        while self._is("!", "-", "+"):
            operators.append(self._next())
        value = self._postfix(self._primary())
        for token in reversed(operators):
            if token.text == "-" and value.kind == "number":
                value = Value("number", "-" + value.text, value.line)
            else:
                value = Value("call", token.text, token.line, (value,))
        return value

    def _postfix(self, value: Value) -> Value:
        while True:
            if self._is(".", ".?", "::") and self._peek(1).kind == "name":
                self._next()
                value = Value("name", f"{_chain(value)}.{self._next().text}", value.line)
            elif self._is("["):
                self._next()
                key = self.expression()
                self._skip_newlines()
                self._accept("]")
                value = Value("name", f"{_chain(value)}.{key.text}", value.line)
            elif self._is("("):
                self._next()
                value = Value("call", _chain(value), value.line, tuple(self._items(")")))
            elif self._is("!"):
                self._next()
            else:
                return value

    def _primary(self) -> Value:
        token = self._next()
        if token.kind in ("string", "template", "number"):
            return Value(token.kind, token.text, token.line)
        if token.kind == "name":
            return self._name(token)
        if token.text == "{":
            return self._object(token)
        if token.text == "[":
            return self._list(token)
        if token.text == "(":
            items = list(self._items(")"))
            return self._lambda(token) if self._is("=>") else items[0] if len(items) == 1 else Value("other", "", token.line)
        if token.kind == "newline" or token.text in (")", "]", "}", ":"):
            self._at -= 1
        return Value("other", token.text.strip(), token.line)

    def _name(self, token: Token) -> Value:
        if token.text in ("true", "false"):
            return Value("boolean", token.text, token.line)
        if token.text == "null":
            return Value("null", "", token.line)
        return self._lambda(token) if self._is("=>") else Value("name", token.text, token.line)

    def _lambda(self, token: Token) -> Value:
        self._next()
        self.expression()
        return Value("function", "", token.line)

    def _items(self, closing: str) -> list[Value]:
        """The expressions up to the mark that closes them, separated by commas or lines."""
        items: list[Value] = []
        while self._peek() is not _END:
            self._skip_newlines()
            if self._accept(closing):
                break
            if self._accept(",") or self._accept("..."):
                continue
            before = self._at
            items.append(self.expression())
            if self._at == before:
                self._at += 1
        return items

    def _list(self, token: Token) -> Value:
        self._skip_newlines()
        if self._peek().text != "for" or self._peek(1).kind not in ("name", "mark"):
            return Value("list", "", token.line, tuple(self._items("]")))
        self._skip_to_colon()
        if self._peek().text == "if" and self._peek(1).text == "(":
            self._next()
            self._primary()
        item = self.expression()
        self._items("]")
        return Value("list", "", token.line, (item,))

    def _object(self, token: Token) -> Value:
        keys: list[str] = []
        items: list[Value] = []
        while self._peek() is not _END:
            self._skip_newlines()
            if self._accept("}"):
                break
            key = self._next()
            if key.text == "resource" and self._peek().kind == "name":
                self._at -= 1
                self._deployment()
            elif key.text == "@" and key.kind == "mark":
                self.expression()
            elif key.kind in ("name", "string", "template", "number") and self._accept(":"):
                keys.append(key.text)
                items.append(self.expression())
        return Value("mapping", "", token.line, tuple(items), tuple(keys))


def _chain(value: Value) -> str:
    return value.text if value.kind in ("name", "call", "string") else ""
