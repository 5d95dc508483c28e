"""Where alerts go: the models of ``alerts`` in a configuration, and what their values may be."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from monitor.config import scalars as s
from monitor.config.document import Plain
from monitor.config.scalars import address, expected, text, word, wrong
from monitor.config.strict import Strict
from monitor.model import Tell

# --------------------------------------------------------------------------- secrets

# What is wrong here may well be a secret written in the wrong place: it is never repeated.
# Capitals alone, as such names are written: a token has small letters too.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}", re.ASCII)


def variable(value: object) -> str:
    """Read the name of a variable of the environment."""
    found = value.text if isinstance(value, Plain) else value
    if not isinstance(found, str) or not _VARIABLE.fullmatch(found.strip()):
        raise wrong(
            "expected the name of an environment variable that holds the secret, in capitals such as DESK_SECRET"
        )
    return found.strip()


def secret_file(value: object) -> str:
    """Read the name of a file that holds a secret."""
    try:
        found = text(value)
    except PydanticCustomError:
        found = ""
    if not found or "://" in found or "\n" in found:
        raise wrong("expected the path of a file that holds the secret")
    return found


# A token is long, and letters and digits in no order, or a UUID; a path that a person made up is words.
_TOKEN = re.compile(
    r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.ASCII | re.IGNORECASE,
)


def hook(value: object) -> str:
    """Read the address of a webhook that anybody may know."""
    try:
        found = address(value)
    except PydanticCustomError:
        raise wrong(
            "expected an address that begins with http:// or https://, without user:password@; one that holds a secret"
            " is never written here: name the environment variable in url_env or the file in url_file"
        ) from None
    parts = urlsplit(found)
    if parts.query or parts.fragment or _TOKEN.search(parts.path):
        raise wrong(
            "this address holds what looks like a secret; a secret is never written here: name the environment variable"
            " that holds the address in url_env, or the file in url_file"
        )
    return found


# --------------------------------------------------------------------------- times of day

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def clock(value: object) -> str:
    """Read a time of day; YAML may take it for a number in base sixty, which it is not."""
    found = _CLOCK.fullmatch(word(value))
    if not found:
        raise expected("a time of day such as 08:00", value)
    return f"{int(found[1]):02}:{found[2]}"


def hours(value: object) -> tuple[str, str]:
    """Read from when until when, over midnight too."""
    begins, _, ends = word(value).partition("-")
    try:
        found = clock(begins.strip()), clock(ends.strip())
    except PydanticCustomError:
        raise expected("from-to such as 22:00-07:00", value) from None
    if found[0] == found[1]:
        raise expected("two different times; a channel that is never to speak is left out", value)
    return found


# --------------------------------------------------------------------------- the models


class ChannelKind(StrEnum):
    """How a channel is reached."""

    WEBHOOK = "webhook"
    APPRISE = "apprise"


class AlertLanguage(StrEnum):
    """The languages that alerts are written in."""

    ZH = "zh"
    EN = "en"


Variable = Annotated[str, BeforeValidator(variable)]
SecretFile = Annotated[str, BeforeValidator(secret_file)]
Hook = Annotated[str, BeforeValidator(hook)]
Clock = Annotated[str, BeforeValidator(clock)]
Hours = Annotated[tuple[str, str], BeforeValidator(hours)]
BlindAfter = Annotated[
    timedelta, BeforeValidator(s.between(timedelta(0), timedelta(days=31), "a duration from 0 to 31d"))
]
ChannelWord = Annotated[ChannelKind, BeforeValidator(s.one_of(ChannelKind))]
LanguageWord = Annotated[AlertLanguage, BeforeValidator(s.one_of(AlertLanguage))]
TellWord = Annotated[Tell, BeforeValidator(s.one_of(Tell))]


class Channel(Strict):
    """Where alerts go."""

    id: s.Id = Field(description="its id")
    kind: ChannelWord = Field(description="webhook, or apprise: mail, Feishu, DingTalk, WeCom, Telegram and many more")
    url: Hook = Field(default="", description="kind webhook: the address, where anybody may know it")
    url_env: Variable = Field(default="", description="the environment variable that holds the address")
    url_file: SecretFile = Field(default="", description="the file that holds the address")
    secret_env: Variable = Field(
        default="", description="kind webhook: the environment variable that holds the key of the signature"
    )
    secret_file: SecretFile = Field(
        default="", description="kind webhook: the file that holds the key of the signature"
    )
    tell: list[TellWord] = Field(default=list(Tell), min_length=1, description="what it is told of; all when absent")
    topics: list[s.Id] = Field(default=[], description="the topics that it is told of; all when absent")
    language: LanguageWord | None = Field(default=None, description="zh or en; that of the topic when absent")
    digest: list[Clock] = Field(default=[], description="times of day at which what was gathered is sent as one")
    quiet: Hours | None = Field(default=None, description="from-to: nothing is sent then")
    timezone: s.Zone = Field(default="", description="the zone of digest and quiet")


class Alerts(Strict):
    """Who is told without asking."""

    blind_after: BlindAfter = Field(
        default=timedelta(hours=1), description="how long a source is not seen before anybody is told"
    )
    channels: list[Channel] = Field(default=[], description="where alerts go")
