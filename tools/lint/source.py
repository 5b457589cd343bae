"""A Python file as the rules see it: its place in the house, its tree and its comments."""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Self

from tools.lint.finding import Finding

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file."""

    path: PurePath
    text: str
    tree: ast.Module
    imported: Mapping[str, str]
    """What the file's names stand for: `dt` is `datetime.datetime` if it was imported so."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Parse a file."""
        return cls.parse(path, path.read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, path: PurePath, text: str) -> Self:
        """Parse a text that stands, or might stand, at a path."""
        tree = ast.parse(text, filename=str(path))
        return cls(path, text, tree, _imported_names(tree))

    @property
    def place(self) -> tuple[str, ...]:
        """The path below the `streamverse` package; empty for tests and tools."""
        parts = self.path.parts
        for index in range(len(parts) - 1):
            if parts[index : index + 2] == ("src", "streamverse"):
                return parts[index + 2 :]
        return ()

    @property
    def module_name(self) -> str:
        """The last part of the module's dotted name, which for a package is its folder."""
        return self.path.parent.name if self.path.stem == "__init__" else self.path.stem

    def is_product(self) -> bool:
        """Say whether the file is part of what we ship."""
        return self.place != ()

    def is_in(self, *area: str) -> bool:
        """Say whether the file is in a part of the house: `is_in("domains", "catalog")`."""
        return self.place[: len(area)] == area

    def finding(self, line: int, code: str, sentence: str) -> Finding:
        """Report a line of this file."""
        return Finding(self.path, line, code, sentence)

    def functions(self) -> Iterator[Function]:
        """Yield every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def references(self) -> Iterator[tuple[ast.expr, str]]:
        """Yield each mention of something imported with its full dotted name."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            name = self.full_name(node)
            if name is not None and isinstance(node, ast.expr):
                yield node, name
            else:
                waiting.extend(ast.iter_child_nodes(node))

    def full_name(self, node: ast.AST) -> str | None:
        """Give the dotted name of an imported thing, or None for anything else."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return owner and f"{owner}.{node.attr}"
        return None

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield each comment with its line number."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def docstring_lines(self) -> int:
        """Count the lines that docstrings take."""
        return sum(
            length_in_lines(node.body[0])
            for node in ast.walk(self.tree)
            if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None
        )


def length_in_lines(node: ast.stmt) -> int:
    """Measure a statement from its first line to its last, decorators left out."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _imported_names(tree: ast.Module) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import os.path` binds `os`; `import os.path as p` binds `p` to the whole.
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names
