"""The timeline as Markdown (CommonMark): to be read as it is, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from monitor.export import display, prose
from monitor.export.lines import Names, in_order
from monitor.export.words import Words, words_of
from monitor.model import Event, Timeline

# All that CommonMark gives a meaning to inside a line; at its beginning, what would make it a list or a heading.
_MEANING = re.compile(r"([\\`*_{}\[\]<>()#|~&!:@])")
_BEGIN = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def to_markdown(told: Timeline, names: Names = str) -> bytes:
    """Return the whole timeline in the language of its topic."""
    words = words_of(told.topic)
    blocks = [f"# {plain(told.topic.question)}", *(plain(p) for p in prose.standing(told, words).split("\n"))]
    year = None
    for event in in_order(told.events):
        known = event.when.earliest or event.when.latest
        if (here := str(known.year) if known else words("date.undated")) != year:
            blocks.append(f"## {here}")
            year = here
        blocks.append("\n".join(_event(event, words, names)))
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace")


def _event(event: Event, words: Words, names: Names) -> Iterator[str]:
    url = prose.address(event)
    title = plain(display.tame(event.title)) or event.id
    yield (
        f"- **{plain(words.when(event.when))}** " + (f"[{title}](<{_safe(url)}>)" if url else title) + f" `{event.id}`"
    )
    yield ""
    yield f"  {plain(prose.facts(event, words, names))}"
    if said := prose.said(event):
        yield from ("", f"  > {plain(said)}")


def plain(text: str) -> str:
    """Return foreign *text* such that it means nothing but itself."""
    return _BEGIN.sub(r"\1\\\2", _MEANING.sub(r"\\\1", " ".join(text.split())))


def _safe(url: str) -> str:
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")
