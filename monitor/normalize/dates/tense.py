"""
Which Friday an English sentence means: its tense says whether the last or the next.

English news names days by their weekday alone and leaves it to the verb. The one nearest before the weekday
decides (he said on Friday; it will open on Friday), and where none stands before it, the first behind it (On
Friday the board will vote). What 's follows names an occasion (Friday's debate): only what is said of that counts.
"""

from __future__ import annotations

import re

from monitor.normalize.dates.clause import OWNS, end_of_last

ROOM = 120
"""Code points on either side of a weekday in which its sentence is looked at."""

_STOP = re.compile(r"[!?;\n。]|(?<![A-Z])(?<!\b[MDS]r)(?<!\bMs)(?<!\bSt)(?<!\b(?:Mrs|Gen|Sen|Gov|Rep))\.(?=\s|$)")
_FRAME = re.compile(r"\bthat\b|[“\"]|``|\b(?:but|while|though|although)\b", re.IGNORECASE)
"""Where the words of somebody begin, or a clause of its own: the verb before it is not of what follows."""

_PLANNED = r"(?:due|set|scheduled|slated|likely|expected|planned|poised|ready|about|going)"
_AIMS = r"(?:plan|hop|expect|aim|vow|intend|prepar|threaten|promis|pledg)"
_TO = r"\sto\b(?!\shave\b)(?:\sbe)?"
_WERE = r"(?:be|been|being|was|were)\s(?:also\s|now\s|still\s)?"
_VERB = r"(?<!\bbe\s)(?<!\bthe\s)(?<!\ba\s)(?<!\ban\s)(?<!\bof\s)(?<!\bto\s)\b"
"""Not behind be, to, the or a, where sent and wounded are no tense."""
_NOUN = r"(?<![a-z]ed\s)(?<!\bits\s)(?<!heir\s)(?<!\bof\s)(?<!\bha[ds]\s)(?<!\ba\s)(?<!\bno\s)(?<!\bthe\s)\b"
"""Not behind these, where plans and hopes are things: it announced plans to cut jobs on Friday."""

_CUE = re.compile(
    rf"""(?:\b(?=\w)|(?=['’]))(?:  # most places begin no word, and are left at once
    (?P<ahead>
    (?:\b(?:will|shall|won['’]t)|['’]ll|\bwo\sn['’]t)\b(?!\s(?:not\s)?have\b)(?:\s(?:not|also|now|then|be))*
    |\b(?:is|are)\s(?:also\s|now\s|still\s)?(?:{_PLANNED}{_TO}|{_PLANNED}\b|to\b(?!\shave\b)(?:\sbe)?)
    |\b(?:due|set|scheduled|slated|likely|poised)\s(?:for\b|to\b(?!\shave\b)(?:\sbe)?)
    |{_NOUN}{_AIMS}(?:n?ing|s|es){_TO}|(?<=y\s)plan{_TO}|\b(?:it|he|she|they|who|which)\s(?:plans?|hopes?|expects?)\b
    |\b(?:begins|starts|opens|ends|expires|airs|approaches|kicks\soff|takes\s(?:effect|place)|go(?:es)?\sto\sthe\spolls)\b
    |(?<!\bto\s)\b(?:reopens?|resumes?)\b
    |\bwhen\s(?:[\w'’]+\s){{1,8}}meets?\b
    )
    |(?P<perhaps>
    \bwould\b(?!\shave\b)(?:\snot|\sbe)*
    |\b{_WERE}(?:{_PLANNED}{_TO}|{_PLANNED}\b|to\b(?!\shave\b)(?:\sbe)?)
    |{_NOUN}{_AIMS}n?ed{_TO}|\bshould\b(?!\shave\b)(?:\sbe)?
    )
    |(?P<over>
    {_VERB}(?:said|told|was|were|had|has|have|did|met|held|took|came|began|left|made|saw|went|got|found|fell|rose|hit
    |struck|gave|sent|won|lost|wrote|spoke|led|ran|became|broke|brought|bought|sold|paid|shut)\b
    |{_VERB}(?!indeed|hundred|united|unprecedented|need|exceed|proceed)[a-z]{{2,}}ed\b
    |\b(?:after|following|since)\b
    ))""",
    re.IGNORECASE | re.VERBOSE,
)
_RIGHT_BEFORE = re.compile(
    r"\b(?:for|as\s(?:early|soon)\sas|beginning|starting|effective|until\sat\sleast|ahead\sof)\s(?:late\s|early\s)?(?:on\s|from\s)?$",
    re.IGNORECASE,
)
"""What is set for Friday, or may come as early as Friday, lies ahead whatever else is told."""
_OPENS = re.compile(r"\W*(?:(?:and|but|meanwhile|then|also)\W+)?(?:on\s|from\s|late\s|early\s)*", re.IGNORECASE)
"""What stands before a weekday that begins its sentence, and with which the verb behind a comma goes too."""
_THE = re.compile(r"\b(?:the|upcoming)\s$", re.IGNORECASE)

NEARER = 4
"""Days: a Friday that was four days ago comes again in three."""


def comes(text: str, start: int, end: int, ago: int) -> bool:
    """
    Return whether a weekday, neither last nor next Friday, is the coming one; the last was *ago* days ago.

    Where the future was told in the past (it would open on Friday), and of occasions (Friday's debate, the Friday
    debate), only if the coming one is the nearer.
    """
    behind, front = text[max(0, start - ROOM) : start], text[end : end + ROOM]
    front = front[: _first(_STOP, front)]
    behind = behind[end_of_last(_STOP, behind) :]
    behind = behind[end_of_last(_FRAME, behind) :]
    occasion = OWNS.match(front) is not None or _THE.search(behind) is not None
    if _RIGHT_BEFORE.search(behind):
        tense = "ahead"
    else:
        cues = list(_CUE.finditer(behind))
        tense = _tense(cues[-1] if cues else _behind(behind, front, occasion))
    return (tense == "ahead" and not occasion) or (tense in {"ahead", "perhaps"} and ago >= NEARER)


def _behind(behind: str, front: str, occasion: bool) -> re.Match[str] | None:
    """Return the first cue behind a weekday: up to a comma, but where the weekday opens its sentence."""
    if not (occasion or _OPENS.fullmatch(behind)):
        front = front[: _first(_COMMA, front)]
    return _CUE.search(front[: _first(_FRAME, front)])


_COMMA = re.compile(",")


def _tense(cue: re.Match[str] | None) -> str:
    return (cue and cue.lastgroup) or ""


def _first(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else len(text)
