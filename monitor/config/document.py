"""
A YAML file read into values that remember where they stood.

PyYAML gives the events; the tree is ours, so that every fault can name its line and column, duplicate keys are
seen, aliases cannot blow up, nesting is bounded, and a plain word that YAML 1.1 would turn into something else
(``off``, ``1:30``, ``2025-03``, ``0x1f``) arrives as :class:`Plain`, which no field takes for text by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from monitor.errors import ConfigError

MAX_BYTES = 4 * 1024 * 1024  # ten thousand feeds declared at length are about half of it
MAX_DEPTH = 40  # the deepest key we know lies at 7
MAX_VALUES = 200_000  # with every alias spelt out; ten thousand feeds are about half of it
MAX_TOLD = 200  # faults; nobody reads more, and the rest mostly follows from the first

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same grammar, ten times as fast
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers

_SURROGATE = re.compile("[\ud800-\udfff]")

Keys = tuple[str | int, ...]
"""The way to a value from the root: keys and positions."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A word without quotes that YAML 1.1 does not read as text; ``tag`` is what it reads: int, bool, timestamp..."""

    text: str
    tag: str


@dataclass(slots=True)
class Node:
    """A value with its place (counted from 1), those of its children, and its size with all aliases spelt out."""

    value: object
    line: int
    column: int
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    size: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of one file."""

    file: str
    line: int
    column: int
    path: str
    sentence: str

    def __str__(self) -> str:
        key = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {key}{self.sentence}"


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: its root and the faults that reading alone found."""

    file: str
    root: Node
    problems: tuple[Problem, ...]

    def problem(self, path: Keys, sentence: str, *, at_key: bool = False) -> Problem:
        """Return a fault at *path*, placed at the value (or the key) there, or at the nearest thing above it."""
        node, place = self.root, (self.root.line, self.root.column)
        for last, step in ((i == len(path) - 1, s) for i, s in enumerate(path)):
            below = node.children.get(step)
            if below is None:
                break
            key = node.keys.get(str(step))
            place = key if key and last and at_key else (below.line, below.column)
            node = below
        return Problem(self.file, *place, dotted(path), sentence)


def refuse(file: str, problems: Iterable[Problem]) -> None:
    """Raise ConfigError with *problems* of *file* in the order of their places, if there are any."""
    told = [str(problem) for problem in sorted(problems)]
    if len(told) > MAX_TOLD:
        told[MAX_TOLD:] = [f"{file}: and {len(told) - MAX_TOLD} more"]
    if told:
        raise ConfigError(tuple(told))


def dotted(path: Keys) -> str:
    """Return *path* as a person writes it: ``feeds[2].every``, counted from 0."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


# --------------------------------------------------------------------------- bytes


def read(path: Path, name: str) -> Document:
    """
    Return the document in the file at *path*, called *name* in every fault.

    :raises ConfigError: with one sentence when it cannot be read, is no text or no YAML.
    """
    return parse(_bytes(path, name), name)


def parse(data: bytes, name: str, loader: Any = LOADER) -> Document:
    """Return the document in *data*; faults as for :func:`read`. Any of PyYAML's *loader* classes gives the same."""
    text = _text(data, name)
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as exc:
        raise ConfigError((_syntax(exc, text, name),)) from exc
    except yaml.reader.ReaderError as exc:
        raise ConfigError((f"{name}: holds the character {_code(exc.character)}, which no YAML file may",)) from exc
    if builder.root is None:
        raise ConfigError((f"{name}: is empty; it holds nothing but blanks and comments",))
    return Document(name, builder.root, tuple(builder.problems))


def _bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError((f"{name}: no such file",)) from None
    except IsADirectoryError:
        raise ConfigError((f"{name}: is a folder, not a file",)) from None
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise ConfigError((f"{name}: cannot be read: {reason}",)) from exc
    if len(data) > MAX_BYTES:
        raise ConfigError((f"{name}: is larger than {MAX_BYTES // 1024 // 1024} MiB; that is no configuration",))
    return data


def _text(data: bytes, name: str) -> str:
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise ConfigError((f"{name}: is empty",))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError((f"{name}: is UTF-16; save it as UTF-8",))
    if b"\0" in data:
        raise ConfigError((f"{name}: is binary; expected YAML, which is text",))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise ConfigError((f"{name}:{line}: is not UTF-8 (byte 0x{data[exc.start]:02x}); save it as UTF-8",)) from exc


def _code(character: object) -> str:
    return f"U+{character if isinstance(character, int) else ord(str(character)):04X}"


def _syntax(exc: yaml.MarkedYAMLError, text: str, name: str) -> str:
    mark = exc.problem_mark or exc.context_mark
    place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
    began = f" from line {exc.context_mark.line + 1}" if exc.context and exc.context_mark else ""
    said = "; ".join(part for part in (f"{exc.context or ''}{began}", exc.problem) if part)
    at_end = mark is not None and mark.line >= text.rstrip().count("\n") and mark.index >= len(text.rstrip())
    return f"{name}{place}: is not YAML: {said}" + (" (the file ends too early)" if at_end else "")


# --------------------------------------------------------------------------- events


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come; ``key`` is the key that waits for its value."""

    node: Node
    anchor: str | None
    key: str | None = None
    place: tuple[int, int] = (0, 0)


class _Builder:
    """Makes the tree from events, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent() | yaml.AliasEvent():
                self._leaf(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._open(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                top = self.stack.pop()
                self._put(top.node, top.anchor)
            case yaml.DocumentStartEvent() if self.root is not None:
                raise ConfigError((self._sentence(event, "a second document begins here; one file holds one"),))

    def _leaf(self, event: yaml.ScalarEvent | yaml.AliasEvent) -> None:
        if isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
            raise ConfigError((self._sentence(event, "holds half a character (U+D800 to U+DFFF)"),))
        if self._wants_key():
            self._key(event)
        elif isinstance(event, yaml.AliasEvent):
            node = self.anchors.get(event.anchor or "")
            if node is None:
                raise ConfigError((self._sentence(event, f"*{event.anchor} is not defined above"),))
            self._put(node, None)
        else:
            self._refuse_tag(event)
            self._put(Node(_scalar(event), *_place(event)), event.anchor)

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if self._wants_key():
            raise ConfigError((self._sentence(event, "a key must be one word, not a list or mapping"),))
        if len(self.stack) >= MAX_DEPTH:
            raise ConfigError((self._sentence(event, f"nested deeper than {MAX_DEPTH} levels"),))
        self._refuse_tag(event)
        value: object = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(Node(value, *_place(event)), event.anchor))

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None

    def _key(self, event: yaml.ScalarEvent | yaml.AliasEvent) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError((self._sentence(event, "a key must be spelt out, not an alias"),))
        top = self.stack[-1]
        top.key, top.place = event.value, _place(event)
        first = top.node.keys.get(event.value)
        if event.value == "<<":
            self._note(event, "merge keys (<<) are not used here; write the keys out", event.value)
        elif first:
            self._note(event, f"appears twice; the first is in line {first[0]}", event.value)

    def _put(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        parent = top.node
        parent.size += node.size
        if parent.size > MAX_VALUES:
            raise ConfigError((f"{self.name}:{node.line}:{node.column}: over {MAX_VALUES} values, aliases spelt out",))
        if isinstance(parent.value, list):
            parent.children[len(parent.value)] = node
            parent.value.append(node.value)
        else:
            assert isinstance(parent.value, dict) and top.key is not None  # the parser sends a key first
            if top.key != "<<" and top.key not in parent.keys:
                parent.keys[top.key], parent.children[top.key] = top.place, node
                parent.value[top.key] = node.value
            top.key = None

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag not in (None, "!"):
            self._note(event, f"the tag {event.tag.replace('tag:yaml.org,2002:', '!!')} is not used here; remove it")

    def _note(self, event: yaml.Event, sentence: str, key: str = "") -> None:
        self.problems.append(Problem(self.name, *_place(event), dotted(tuple(self._path(key))), sentence))

    def _path(self, key: str) -> Iterator[str | int]:
        for level, one in enumerate(self.stack):
            last = level == len(self.stack) - 1
            if isinstance(one.node.value, list):
                yield len(one.node.value)
            elif not last and one.key is not None:
                yield one.key
        top = key or (self.stack[-1].key if self.stack else None)
        if top:
            yield top

    def _sentence(self, event: yaml.Event, sentence: str) -> str:
        return str(Problem(self.name, *_place(event), "", sentence))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _scalar(event: yaml.ScalarEvent) -> str | Plain:
    text: str = event.value
    if event.style:  # None or "" is plain: the two loaders do not agree
        return text
    tag = _tag(text)
    return text if tag == "str" else Plain(text, tag)


def _tag(text: str) -> str:
    """Return what YAML 1.1 makes of a plain word, by the tables of PyYAML's own safe loader."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return str(tag).rpartition(":")[2]
    return "str"
