"""
A topic written into a configuration: the text around it, with its comments, stays as it stands.

What is written is plain YAML in the style of the shipped file. Whether the whole is right is for ``load`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from monitor.config.document import LOADER
from monitor.errors import ConfigError

WIDE = 10**6  # columns: a list of names is one line

_EMPTY = re.compile(r"\n *# -- [^\n]*\n(?: *\n)+(?= *# -- )")  # the heading of a part that is left without anything


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody or some place that a new topic is about."""

    id: str
    kind: str
    names: tuple[str, ...]
    decoys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A new topic, as a person answered."""

    id: str
    question: str
    language: str
    parties: tuple[Party, ...]


def added(text: str, draft: Draft) -> str:
    """
    Return the configuration *text* with the topic of *draft* after its others.

    :raises ConfigError: where its topics are not written as a list of lines.
    """
    topics = _block(text, "topics")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")  # as YAML counts them, where str.splitlines knows more
    last = _last_line(topics)
    new = "".join(_topic(draft, topics.start_mark.column)).replace("\n", end)
    head = "\n".join(lines[: last + 1]).removesuffix("\r") + end
    return head + end + new + "\n".join(lines[last + 1 :])


def begun(shipped: str, draft: Draft) -> str:
    """Return a whole configuration for *draft* alone: the *shipped* one, without what serves its own topic only."""
    topics = _block(shipped, "topics")
    lines: list[str | None] = list(shipped.splitlines(keepends=True))
    gone = [one for one in _block(shipped, "sources").value if _is_own(one, _names(topics))]
    left = {_of(one, "id") for one in gone}
    gone += [one for one in _block(shipped, "feeds").value if _of(one, "topics") or _of(one, "source") in left]
    for one in gone:
        _cut(lines, one.start_mark.line, _last_line(one))
    first, last = topics.start_mark.line, _last_line(topics)
    lines[first : last + 1] = ["".join(_topic(draft, topics.start_mark.column)), *([None] * (last - first))]
    return _EMPTY.sub("\n", "".join(line for line in lines if line is not None))


def _of(node: yaml.MappingNode, key: str) -> Any:
    return next((v.value for k, v in node.value if k.value == key), None)


def _names(topics: yaml.SequenceNode) -> tuple[str, ...]:
    """Return the names of all that *topics* are about."""
    entities = [e for topic in topics.value for e in _of(topic, "entities") or ()]
    return tuple(name.value for e in entities for name in _of(e, "names") or ())


def _is_own(source: yaml.MappingNode, names: tuple[str, ...]) -> bool:
    """Return whether a source speaks for those that a topic is about, or is named after them."""
    return bool(_of(source, "entities")) or any(name in _of(source, "name") for name in names)


def _cut(lines: list[str | None], first: int, last: int) -> None:
    """Take out the lines from *first* to *last*, with the comment that stands before them."""
    while first and (lines[first - 1] or "").lstrip().startswith("#"):
        first -= 1
    lines[first : last + 1] = [None] * (last + 1 - first)


def _block(text: str, key: str) -> yaml.SequenceNode:
    """Return the list under *key*, written a line or more an item."""
    root = yaml.compose(text, LOADER)
    found = next((v for k, v in root.value if k.value == key), None) if isinstance(root, yaml.MappingNode) else None
    if not isinstance(found, yaml.SequenceNode) or found.flow_style or not found.value:
        raise ConfigError((f"a topic can be added where `{key}:` is a list with a line for each, begun with a dash",))
    return found


def _last_line(node: yaml.Node) -> int:
    return max(_ends(node))


def _ends(node: yaml.Node) -> Iterator[int]:
    """Yield the line on which each piece of *node* ends; a block ends only where the next thing begins."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
        mark = node.end_mark
        yield mark.line - (mark.column == 0 and mark.line > node.start_mark.line)
    elif isinstance(node, yaml.SequenceNode):
        yield node.start_mark.line
        for child in node.value:
            yield from _ends(child)
    elif isinstance(node, yaml.MappingNode):
        yield node.start_mark.line
        for key, value in node.value:
            yield from (*_ends(key), *_ends(value))


def _topic(draft: Draft, indent: int) -> Iterator[str]:
    """Yield the lines of a topic whose dash stands *indent* columns in."""
    rows = [
        f"- id: {_written(draft.id)}",
        f"  question: {_written(draft.question)}",
        f"  language: {_written(draft.language)}",
        f"  together: {_written([p.id for p in draft.parties])}         # news is what ties these",
        "  entities:",
        *(f"    - {_written(_party(p))}" for p in draft.parties),
    ]
    yield from (" " * indent + row + "\n" for row in rows)


def _party(party: Party) -> dict[str, str | list[str]]:
    told: dict[str, str | list[str]] = {"id": party.id, "kind": party.kind, "names": list(party.names)}
    return told | ({"decoys": list(party.decoys)} if party.decoys else {})


def _written(value: str | list[str] | dict[str, str | list[str]]) -> str:
    text: str = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=WIDE)
    return text.removesuffix("\n").removesuffix("\n...")


def ids(names: Sequence[str]) -> list[str]:
    """Return what of *names* could be an id: the Latin ones, small and joined with dashes."""
    made = ("-".join("".join(c if c.isascii() and c.isalnum() else " " for c in n.lower()).split()) for n in names)
    return [id for id in made if id and id[0].isalpha()]
