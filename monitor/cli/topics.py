"""A new question: ``topic new``."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Place, say
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.config.drafting import Draft, Party
    from monitor.model import Settings

KINDS = ("company", "place", "person", "organisation", "office", "product")

_SEPARATORS = re.compile("[,，、;；]")
_HAN = re.compile("[\u4e00-\u9fff]")


@click.group()
def topic() -> None:
    """The standing questions of the configuration."""


@topic.command()
@click.option("--question", help="The question, in words.")
@click.option(
    "--about", multiple=True, metavar="KIND:NAME,NAME...", help=f"Who or what it is about; KIND is {', '.join(KINDS)}."
)
@click.option(
    "--not-about", multiple=True, metavar="WORD,...", help="Words that look like one of the names and are not."
)
@click.option("--id", "id_", help="The topic's id; made from the names when absent.")
@click.option("--try", "titles", multiple=True, metavar="TITLE", help="Say how a headline would be judged.")
@click.pass_obj
def new(
    place: Place,
    question: str | None,
    about: tuple[str, ...],
    not_about: tuple[str, ...],
    id_: str | None,
    titles: tuple[str, ...],
) -> None:
    """
    Ask what a new topic is about and write it into the configuration, whose other lines stay as they are.

    Nothing is asked for that an option answers, and nothing at all without a terminal. Without a configuration a whole
    one is begun in ./config.yaml.
    """
    from monitor import config

    question = " ".join((question or _asked("the question, in words", "--question")).split())
    parties = [_party(said) for said in about] or _parties()
    decoys = [w for said in not_about for w in _words(said)] if about else _decoys(parties)
    draft = _draft(question, parties, decoys, id_)
    file = _file(place)
    before = _text(file)
    text = config.added(before, draft) if before is not None else config.begun(config.shipped_text(), draft)
    settings = _checked(file, text)
    told = _tried(settings, draft, titles)
    _write(file, text, before)
    say(f"{'added to' if before is not None else 'begun:'} {file}")
    for line in told:
        click.echo(line)
    if before is None:
        say("next: `monitor run`, or `monitor ingest FILE` for an article that you have")


# --------------------------------------------------------------------------- questions


def _asked(what: str, option: str, default: str | None = None) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"nobody is there to ask: say {what} with {option}")
    answer: str = click.prompt(what, default=default, show_default=bool(default), err=True)
    return " ".join(answer.split())


def _parties() -> list[tuple[str, list[str]]]:
    """Ask who is to be tied together: two at least."""
    found: list[tuple[str, list[str]]] = []
    while len(found) < 2 or click.confirm("somebody or something else that must be there", default=False, err=True):
        which = ("first", "second", "next")[min(len(found), 2)]
        names = _words(
            _asked(f"names of the {which} that news must tie together, the best first (蔚来, NIO)", "--about")
        )
        kind = click.prompt("what it is", type=click.Choice(KINDS), default="place" if found else "company", err=True)
        try:
            found.append(_sound(kind, names))
        except click.UsageError as wrong:
            say(wrong.message)
    return found


def _decoys(parties: Sequence[tuple[str, list[str]]]) -> list[str]:
    said = _asked(
        "words that look like one of the names and are not (苹果园, of 苹果); none: just Enter", "--not-about", ""
    )
    return [w for w in _words(said) if any(n in w for _, names in parties for n in names)]


def _words(said: str) -> list[str]:
    return [" ".join(part.split()) for part in _SEPARATORS.split(said) if part.strip()]


# --------------------------------------------------------------------------- answers


def _party(said: str) -> tuple[str, list[str]]:
    kind, colon, names = said.partition(":")
    if not colon:
        raise click.UsageError(f"--about {said!r}: KIND:NAME,NAME... was expected, such as company:蔚来,NIO")
    return _sound(kind.strip(), _words(names))


def _sound(kind: str, names: list[str]) -> tuple[str, list[str]]:
    if kind not in KINDS:
        raise click.UsageError(f"there is no kind {kind!r}; there are: {', '.join(KINDS)}")
    if not names:
        raise click.UsageError("a name is needed")
    if short := [n for n in names if len(n) < 2]:
        raise click.UsageError(
            f"{short[0]!r} is too short to stand for anything by itself: leave it out, or add it as `short` in the file"
        )
    return kind, names


def _draft(question: str, parties: Sequence[tuple[str, list[str]]], decoys: Sequence[str], id: str | None) -> Draft:
    from monitor.config.drafting import Draft

    if len(parties) < 2:
        raise click.UsageError("news is what ties two: name both with --about")
    for word in decoys:
        if not any(name in word and name != word for _, names in parties for name in names):
            raise click.UsageError(f"--not-about {word!r} holds none of the names, so nothing would be taken for it")
    made: list[Party] = []
    for kind, names in parties:
        made.append(_named(kind, names, decoys, {p.id for p in made}))
    language = "zh" if _HAN.search(question) else "en"
    return Draft(id or "-".join(p.id for p in made)[:60].rstrip("-"), question, language, tuple(made))


def _named(kind: str, names: Sequence[str], decoys: Sequence[str], taken: set[str]) -> Party:
    from monitor.config.drafting import Party, ids

    mine = tuple(w for w in decoys if any(n in w and n != w for n in names))
    id = next((i for i in (*ids(names), _spelt(names[0]), kind) if i and i not in taken), f"{kind}-{len(taken) + 1}")
    return Party(id, kind, tuple(dict.fromkeys(names)), mine)


def _spelt(name: str) -> str:
    """Return *name* in pinyin, as far as it has one."""
    from monitor.normalize import pinyin

    said = (pinyin.toneless(readings[0]) if (readings := pinyin.readings(c)) else "" for c in name)
    return "".join(c for c in "".join(said).replace("ü", "v") if c.isascii() and c.isalpha())


# --------------------------------------------------------------------------- the file


def _file(place: Place) -> Path:
    named = place.config or (Path(os.environ["MONITOR_CONFIG"]) if os.environ.get("MONITOR_CONFIG") else None)
    return (named or Path("config.yaml")).expanduser().resolve()


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode() if file.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((f"{file} cannot be read: {error}",)) from error


def _checked(file: Path, text: str) -> Settings:
    """Return what *text* would mean in the place of *file*, which is not touched."""
    from monitor import config

    with tempfile.NamedTemporaryFile("w", dir=file.parent, suffix=".yaml", encoding="utf-8", newline="") as beside:
        beside.write(text)
        beside.flush()
        try:
            return config.load(Path(beside.name), {}, Path.cwd()).settings
        except ConfigError as wrong:
            told = tuple(p.replace(beside.name, str(file)) for p in wrong.problems)
            raise ConfigError((*told, f"nothing was written to {file}")) from None


def _write(file: Path, text: str, before: str | None) -> None:
    """Put *text* in the place of *file*, whole or not at all."""
    if _text(file) != before:
        raise ConfigError((f"{file} was changed meanwhile; nothing was written",))
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8", newline="") as beside:
        beside.write(text)
        beside.flush()
        os.fsync(beside.fileno())
    Path(beside.name).chmod(file.stat().st_mode & 0o777 if before is not None else 0o644)
    Path(beside.name).replace(file)


# --------------------------------------------------------------------------- whether it works


def _tried(settings: Settings, draft: Draft, titles: Sequence[str]) -> list[str]:
    """
    Return how headlines are judged by the new topic.

    :raises ConfigError: where one that ties all sides would not be found: then the names cannot be right.
    """
    from monitor.match import Matcher

    matcher = Matcher(settings.topics)
    first, second, *_ = (p.names[0] for p in draft.parties)
    ties, one = (f"{first}与{second}签署合作协议", f"{first}发布最新消息")
    if draft.language != "zh":
        ties, one = (f"{first} signs agreement with {second}", f"{first} publishes news")
    told = {t: matcher.screen(t, "", [draft.id])[0].judgement.value for t in (ties, one, *titles)}
    if told[ties] == "rejected":
        raise ConfigError((f"a headline such as {ties!r} would not be found: choose other names; nothing was written",))
    return [f"{judged:<11}{title}" for title, judged in told.items()]
