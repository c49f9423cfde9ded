"""Values that Python code writes as literals, and its calls in the order of their lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

_DEEPEST = 25
_LONGEST = 1_000_000


def parse(text: str) -> ast.Module | None:
    """The syntax tree; None for what is no Python."""
    import warnings

    if len(text) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in the scanned code are not ours to warn of
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def calls(body: Sequence[ast.stmt], depth: int = 0) -> Iterator[ast.Call | ast.Assign | ast.With]:
    """Calls, assignments and `with` statements of a body in the order in which they run; not those of inner functions, or of dead code."""
    for statement in body if depth <= _DEEPEST else ():
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, ast.If) and isinstance(statement.test, ast.Constant):
            yield from calls(statement.body if statement.test.value else statement.orelse, depth + 1)
            continue
        inner = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
        inner[1:1] = [handler.body for handler in getattr(statement, "handlers", [])]
        yield from _own_calls(statement)
        if isinstance(statement, (ast.Assign, ast.With)):
            yield statement
        for block in inner:
            yield from calls(block, depth + 1)
        if isinstance(statement, (ast.Return, ast.Raise)):
            return


def _own_calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls in a statement's own expressions, without those of the blocks below it."""
    waiting: list[ast.AST] = [child for child in ast.iter_child_nodes(statement) if isinstance(child, (ast.expr, ast.withitem))]
    found: list[ast.Call] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            found.append(node)
        waiting.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.Lambda))
    yield from sorted(found, key=lambda call: (call.lineno, call.col_offset))


def name_of(node: ast.AST) -> str:
    """The dotted name of an expression: `subprocess.run`; "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def argument(call: ast.Call, name: str) -> ast.expr | None:
    """A keyword argument."""
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def text_of(node: ast.AST | None, names: Mapping[str, ast.expr], depth: int = 0) -> str | None:
    """The text that an expression is, with `{name}` for parts that are not known; None where nothing of it is a literal."""
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else str(node.value) if isinstance(node.value, (int, float)) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(value, names, depth + 1) for value in node.values)
    if isinstance(node, ast.Name) and node.id in names:
        return text_of(names[node.id], {key: value for key, value in names.items() if key != node.id}, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
        between = "/" if isinstance(node.op, ast.Div) else ""
        left, right = text_of(node.left, names, depth + 1), text_of(node.right, names, depth + 1)
        return None if left is None and right is None else f"{left or _hole(node.left)}{between}{right or _hole(node.right)}"
    if isinstance(node, ast.IfExp):
        condition = names.get(node.test.id) if isinstance(node.test, ast.Name) else node.test
        return text_of(node.body if isinstance(condition, ast.Constant) and condition.value else node.orelse, names, depth + 1)
    if isinstance(node, ast.BoolOp):
        return next((text for text in (text_of(value, names, depth + 1) for value in node.values) if text), None)
    if isinstance(node, ast.Call) and name_of(node.func) in ("str", "Path", "pathlib.Path", "os.fspath", "shlex.quote") and node.args:
        return text_of(node.args[0], names, depth + 1) or _hole(node.args[0])
    if isinstance(node, ast.Call) and name_of(node.func).endswith("path.join"):
        return "/".join(text_of(part, names, depth + 1) or _hole(part) for part in node.args)
    return "python" if name_of(node) == "sys.executable" else None


def words_of(nodes: Sequence[ast.expr], names: Mapping[str, ast.expr], depth: int = 0) -> list[str]:
    """The words of a list of expressions; what is not known becomes `{name}`, and starred lists that are unknown are left out."""
    words: list[str] = []
    for node in nodes if depth <= _DEEPEST else ():
        if isinstance(node, ast.Starred):
            words += list_of(node.value, names, depth + 1) or []
            continue
        inner = list_of(node, names, depth + 1) if isinstance(node, (ast.List, ast.Tuple)) else None
        words += inner if inner is not None else [text_of(node, names) or _hole(node)]
    return words


def list_of(node: ast.expr | None, names: Mapping[str, ast.expr], depth: int = 0) -> list[str] | None:
    """The words of an expression that is a list; None for anything else."""
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, (ast.List, ast.Tuple)):
        return words_of(node.elts, names, depth + 1)
    if isinstance(node, ast.Name) and node.id in names:
        return list_of(names[node.id], {key: value for key, value in names.items() if key != node.id}, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = list_of(node.left, names, depth + 1), list_of(node.right, names, depth + 1)
        return None if left is None and right is None else (left or []) + (right or [])
    if isinstance(node, ast.BoolOp):
        return next((found for found in (list_of(value, names, depth + 1) for value in node.values) if found), None)
    if isinstance(node, ast.IfExp):
        return list_of(node.body, names, depth + 1) or list_of(node.orelse, names, depth + 1)
    if isinstance(node, ast.Call) and name_of(node.func) == "shlex.split" and node.args:
        return (text_of(node.args[0], names) or "").split() or None
    return None


def assigned(node: ast.AST, names: dict[str, ast.expr]) -> None:
    """Note what an assignment of one name says."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        names[node.targets[0].id] = node.value


def constants(module: ast.Module) -> dict[str, ast.expr]:
    """What the module's top level assigns to names."""
    names: dict[str, ast.expr] = {}
    for statement in module.body:
        assigned(statement, names)
    return names


def defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """The default values of a function's parameters."""
    positional = [*function.args.posonlyargs, *function.args.args]
    pairs = list(zip(reversed(positional), reversed(function.args.defaults), strict=False))
    pairs += [(name, value) for name, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=False) if value is not None]
    return {name.arg: value for name, value in pairs}


def _part(node: ast.expr, names: Mapping[str, ast.expr], depth: int) -> str:
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    text = text_of(inner, names, depth + 1)
    return text if text is not None else _hole(inner)


def _hole(node: ast.AST) -> str:
    """A word for a value that is not known."""
    return "{" + (name_of(node) or "value") + "}"
