"""Every small mistake that can be planted in a module: those of mutmut, and some that it does not make.

Left alone are docstrings, annotations, decorators, imports and assertions, which state what holds anyhow.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.mutators import mutation_operators

LEFT_ALONE = (cst.Annotation, cst.Assert, cst.Decorator, cst.Import, cst.ImportFrom)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A module with one mistake. It is the same mistake when all but the lines of the file are the same."""

    file: str
    within: str
    kind: str
    was: str
    becomes: str
    lines: tuple[int, int]
    code: str

    @property
    def id(self) -> str:
        return hashlib.sha256("\n".join(self.content).encode()).hexdigest()[:12]

    @property
    def content(self) -> tuple[str, str, str, str]:
        """What tells it from others, however the file grows around it."""
        return self.file, self.within, self.was, self.becomes


def number_less_one(node: cst.Integer) -> Iterator[cst.CSTNode]:
    yield cst.parse_expression(str(node.evaluated_value - 1))


def condition_turned(node: cst.If | cst.While | cst.CompIf) -> Iterator[cst.CSTNode]:
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def side_dropped(node: cst.BooleanOperation) -> Iterator[cst.CSTNode]:
    yield node.left
    yield node.right


def part_dropped(node: cst.List | cst.Set | cst.Dict) -> Iterator[cst.CSTNode]:
    if len(node.elements) > 1:
        for n in range(len(node.elements)):
            yield node.with_changes(elements=[*node.elements[:n], *node.elements[n + 1 :]])


def statement_dropped(node: cst.SimpleStatementLine) -> Iterator[cst.CSTNode]:
    droppable = (cst.Expr, cst.Raise, cst.Return, cst.AugAssign)
    if isinstance(node.body[0], droppable) and not _is_text(node.body[0]):
        yield node.with_changes(body=[cst.Pass()])


KINDS: Sequence[tuple[type, Any]] = [
    *mutation_operators,
    (cst.Integer, number_less_one),
    ((cst.If, cst.While, cst.CompIf), condition_turned),  # type: ignore[list-item]
    (cst.BooleanOperation, side_dropped),
    ((cst.List, cst.Set, cst.Dict), part_dropped),  # type: ignore[list-item]
    (cst.SimpleStatementLine, statement_dropped),
]


class _Places(cst.CSTVisitor):  # type: ignore[misc]
    """The nodes in which a mistake may be planted, each with the function that it stands in."""

    def __init__(self) -> None:
        self.found: list[tuple[cst.CSTNode, str]] = []
        self._within: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, LEFT_ALONE) or _is_text(node) or _for_checking(node):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._within.append(node.name.value)
        self.found.append((node, ".".join(self._within)))
        return True

    def on_leave(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._within.pop()


@dataclass(frozen=True, slots=True)
class Chance:
    """Where a mistake can be planted. It is made only when it is chosen, because that takes a while."""

    module: Module
    node: cst.CSTNode
    within: str
    kind: str
    wrong: cst.CSTNode

    def planted(self) -> Mistake | None:
        """None where the result is the same program, or none at all."""
        module = self.module
        code = module.tree.deep_replace(self.node, self.wrong).code
        try:
            if ast.dump(ast.parse(code)) == ast.dump(ast.parse(module.tree.code)):
                return None
            compile(code, module.file, "exec")
        except (SyntaxError, ValueError):
            return None
        was, becomes, line = _difference(module.tree.code, code)
        return Mistake(module.file, self.within, self.kind, was, becomes, module.statement(line), code)

    def order(self, seed: int) -> str:
        """Of what it is and the seed, so that an edit elsewhere changes no order."""
        code = [self.module.tree.code_for_node(node) for node in (self.node, self.wrong)]
        return hashlib.sha256(
            repr((seed, self.module.file, self.within, self.kind, code)).encode()
        ).hexdigest()


class Module:
    """A parsed module, and where its nodes are."""

    def __init__(self, root: Path, file: str) -> None:
        self.file = file
        source = (root / file).read_text()
        self.tree = MetadataWrapper(cst.parse_module(source)).module
        self._statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]

    def statement(self, line: int) -> tuple[int, int]:
        """The first and last line of the innermost statement there; of its head, where it has a body."""
        around = [node for node in self._statements if node.lineno <= line <= (node.end_lineno or line)]
        if not around:
            return line, line
        inner = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
        body: list[ast.stmt] = getattr(inner, "body", [])
        last = max(inner.lineno, body[0].lineno - 1) if body else inner.end_lineno or line
        return inner.lineno, last

    def chances(self) -> Iterator[Chance]:
        places = _Places()
        self.tree.visit(places)
        for node, within in places.found:
            for of, kind in KINDS:
                for wrong in kind(node) if isinstance(node, of) else ():
                    yield Chance(self, node, within, kind.__name__, wrong)


def chosen(root: Path, files: Iterable[str], count: int, seed: int) -> list[Mistake]:
    """As many, from each package and kind in turn. A greater count has all those of a smaller one."""
    groups: defaultdict[str, defaultdict[str, list[Chance]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        for chance in Module(root, file).chances():
            groups[Path(file).parts[1]][chance.kind].append(chance)
    queues = [
        _in_turn([sorted(some, key=lambda chance: chance.order(seed)) for some in kinds.values()])
        for kinds in groups.values()
    ]
    made: dict[str, Mistake] = {}
    for chance in _in_turn(queues):
        if len(made) == count:
            break
        if mistake := chance.planted():
            made.setdefault(mistake.id, mistake)
    return list(made.values())


def _in_turn(queues: Sequence[Sequence[Chance]]) -> list[Chance]:
    longest = max(map(len, queues), default=0)
    return [queue[n] for n in range(longest) for queue in queues if n < len(queue)]


def _difference(source: str, code: str) -> tuple[str, str, int]:
    """The lines that were there, what stands there now, and the number of the first."""
    old, new = source.splitlines(), code.splitlines()
    changed = [
        one for one in difflib.SequenceMatcher(None, old, new, False).get_opcodes() if one[0] != "equal"
    ]
    was = "\n".join(line.strip() for _, i, j, _, _ in changed for line in old[i:j])
    becomes = "\n".join(line.strip() for _, _, _, i, j in changed for line in new[i:j])
    return was, becomes, changed[0][1] + 1


def _is_text(node: cst.CSTNode) -> bool:
    """A docstring, or a text that is an expression of its own."""
    value = node.value if isinstance(node, cst.Expr) else None
    return isinstance(value, cst.SimpleString | cst.ConcatenatedString)


def _for_checking(node: cst.CSTNode) -> bool:
    """What only the type checker reads."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        return node.func.value in {"TypeVar", "NewType"}
    return isinstance(node, cst.If) and isinstance(node.test, cst.Name) and node.test.value == "TYPE_CHECKING"
