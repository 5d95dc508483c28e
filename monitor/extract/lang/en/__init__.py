"""
English.

    names figures        who and where, how much
    ../../data/en/*      the words, for a person to edit
"""

from __future__ import annotations

import re

from monitor.extract.lang.en.figures import figures
from monitor.extract.lang.en.names import firms, office_before, people, places
from monitor.extract.language import Language, either, lexicon, line_pattern, lines, masks, partnering, words
from monitor.model import Kind

_LETTERS = re.compile(r"[A-Za-z]+")
_OBJECT = re.compile(
    r"\b(?:(?:strategic|framework|cooperation|investment|supply|second-phase|first-phase|land|lease|purchase) )+(?:agreement|contract|memorandum|deal)\b"
)
# A plant that nothing is said of is a factory as well, and tells no two apart.
_BUILT = re.compile(
    r"\b(?:(?:second|smart|assembly|component|battery|engine|pilot) )+(?:plant|factory)\b|\b(?:industrial park|headquarters|store|production line)\b"
)
_PAPERS = frozenset({Kind.AGREEMENT, Kind.CANCELLATION})
_WORKS = frozenset({Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING, Kind.LAND, Kind.PERMIT})
# SAN TOMASO, Oct 18 (Agency) - : who tells it is no part of what is told.
_DATELINE = r"(?:[A-Z][A-Za-z .,]{1,40}?(?: \d{1,2},?)?(?: \d{4})? ?\([A-Z][\w ]{1,20}\) (?:--|—|–|-) |[A-Z]{3,}[A-Za-z ,.]{0,30}? -- )"
_MADE = re.compile(r"built|constructed|produced", re.IGNORECASE)
_BY = re.compile(r" (?:at|in|by|for|near|under|on)\b")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had|got|gets|and|or|it|they|which|that)(?: \w+ly)? $", re.IGNORECASE
)
# A full stop after these does not end a sentence.
_SHORT = r"(?<!Mr)(?<!Ms)(?<!Dr)(?<!Co)(?<!Ltd)(?<!Inc)(?<!Corp)(?<!U\.S)(?<!No)(?<!St)(?<!Jan)(?<!Feb)(?<!Aug)(?<!Sept)(?<!Oct)(?<!Nov)(?<!Dec)"

# What may stand between a subject and its verb.
_FILLS = r"(?:\s|\bit\b|\b(?:was|is|were|be|been|to|in|on|by|begin|began|start|started|enter|into|full|mass|also|now|later|then|will|officially|formally|finally|fully)\b)*"

# What each of these is for stands beside the fields of Language.
_SAME_DAY = re.compile(r"\b(?:the same day|that day|afterwards|after the meeting|at the ceremony)\b", re.IGNORECASE)
_LEAD_IN = re.compile(rf"(?:{_DATELINE}|[\s,;:—-]|(?:On|In|Meanwhile|Earlier|Yesterday|Today|Also|However|And|But)\b)+")
_HEARSAY = re.compile(
    r"(?<!\d )\b(?:people|persons|sources|insiders) (?!(?:was|were|are|the|it)\b)(?:\w+ ){0,2}(?:said|say|tell|told)\b",
    re.IGNORECASE,
)
# What undoes a word of ending, delay or denial that it stands right before (has not been cancelled, declined to deny).
_NOT = r"\b(?:not|never|neither|nor|without|n[’']t|no (?:plans?|intention|need) (?:to|of)|(?:declin|refus)(?:ed|es|ing) to)"
_UNDOES = re.compile(
    rf"{_NOT}(?: (?:been|be|being|yet|ever|have|has|to|formally|officially|going|planning|intend(?:ing)? to|seek(?:ing)? to)|(?P<said> (?:said|announced?|decided?|say)(?: to)?))* $",
    re.IGNORECASE,
)
_UNDENIES = re.compile(
    rf"{_NOT}(?: (?:been|be|yet|ever|have|has|to|directly|publicly|immediately|explicitly|outright|confirm(?:ed)? n?or))* $",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|without|zero|without any)(?: (?:further|more|new|such|immediate|major|formal|binding|any))* $"
    r"|\bno (?:\w+ ){1,3}(?:(?:was|were|is|are)|(?:has|have|had) been) $",
    re.IGNORECASE,
)


def _speaks(text: str) -> float:
    """Return the share of Latin letters."""
    return sum(map(len, _LETTERS.findall(text))) / max(len(text), 1)


def _objects(text: str, kind: Kind) -> tuple[str, ...]:
    pattern = _OBJECT if kind in _PAPERS else _BUILT if kind in _WORKS else None
    return tuple(dict.fromkeys(m[0].strip() for m in pattern.finditer(text)))[:4] if pattern else ()


def _nominal(text: str, verb: tuple[int, int], clause: tuple[int, int]) -> bool:
    """Return whether *verb* only says of a noun which one it is: the first ferry built at its yard."""
    attached = _MADE.fullmatch(text, *verb) and _BY.match(text, verb[1], clause[1])
    return attached is not None and _AUXILIARY.search(text[clause[0] : verb[0]]) is None


def language() -> Language:
    """Return English."""
    work = f"(?:{either(words('en', 'works.txt'))})"
    return Language(
        name="en",
        speaks=_speaks,
        lexicon=lexicon("en", r"\b", re.IGNORECASE),
        stop=re.compile(rf"(?:[!?;]|{_SHORT}\.)[\"'”’)]{{0,3}}(?=\s|$)"),
        pause=re.compile(r",(?!\d)(?! \d{4})|: | — | - "),
        boilerplate=line_pattern("en", "boilerplate.txt"),
        advert=re.compile(either(lines("en", "adverts.txt")), re.IGNORECASE),
        sidebar=line_pattern("en", "sidebars.txt"),
        listed=re.compile(r"^\s*(?:\d{1,2}\s*[.)]|[•●◆*-] )"),
        bulletin=re.compile(r"\s*(?:\([A-Z][A-Za-z]{2,12}\)|--|—|/[A-Z])"),
        declares=re.compile(r",? (?:[A-Z]\w+ ){0,3}(?:announced|said|disclosed|confirmed)\b"),
        term=re.compile(r". (?:results|earnings|accounts)\b"),
        same_day=_SAME_DAY,
        question=re.compile(r"\?"),
        aspect=re.compile(r"(?!)"),
        progress=re.compile(r"\b(?:is|are) (?:now |already )?\w+ing$", re.IGNORECASE),
        settled=re.compile(r"\b(?:agreement|contract|memorandum|deal|cooperation|partnership)\b", re.IGNORECASE),
        endable=re.compile(rf"\b(?:project|plan|plans|investment|acquisition|launch|listing|meeting|{work})\b"),
        passive=re.compile(r"(?!)"),
        undoes=_UNDOES,
        undenies=_UNDENIES,
        litotes=re.compile(r"(?!)"),
        none=_NONE,
        restart=re.compile(r"\b(?:that|which|who)\b"),
        nominal=_nominal,
        since=re.compile(r"(?!)"),
        delays=re.compile(r" (?:(?:the|its|their|planned|official|formal) )*", re.IGNORECASE),
        until=re.compile(r"\b(?:to|until|till)(?: early| late| mid| the)?[ -]$", re.IGNORECASE),
        halves=re.compile(r"(?:from )?.{3,40} (?:to|until) (?P<second>.{3,40})", re.IGNORECASE),
        lead_in=_LEAD_IN,
        convened=re.compile(r"\bmeeting\b[^.;]{0,60}\b(?:held|convened)\b", re.IGNORECASE),
        there=re.compile(r"\s*(?:the|this) meeting\b|\s*at the meeting\b", re.IGNORECASE),
        both=re.compile(r"\b(?:both sides|the two sides|both parties|the visitors|they)\b", re.IGNORECASE),
        refers=re.compile(
            rf"\s*(?:and )?{_FILLS}(?P<thing>(?:the|this|its) (?:new )?(?:project|agreement|contract|deal|fund|{work}|(?:first|second|third|initial) phase)|which|that|ground)?{_FILLS}",
            re.IGNORECASE,
        ),
        points=re.compile(r"\s*(?:this|that|the said) ", re.IGNORECASE),
        bare=re.compile(rf"\s*(?:and )?(?:the|this|its) (?:new )?(?P<noun>[a-z]+(?: [a-z]+)?){_FILLS}", re.IGNORECASE),
        omits=re.compile(r"[^\n]*"),
        holds=re.compile(r"(?!)"),
        points_at=re.compile(r""),  # whatever is denied may be what was told before
        says=re.compile(r"(?!)"),
        measures=re.compile(
            r"\b(?:figures?|numbers?|amount|toll|date|size)(?: (?:\w+ ){0,3}| )(?:is|are|was|were) $", re.IGNORECASE
        ),
        claims=re.compile(r"\b(?:reports?|rumou?rs?|claims?|speculation|posts?|story|stories)\b", re.IGNORECASE),
        hearsay=_HEARSAY,
        attends=re.compile(r"\b(?:attended|presided|was present|were present)\b"),
        contact=re.compile(r"(?!)"),
        masked=masks("en", re.IGNORECASE),
        dates_it=re.compile(r" (?:(?:in|on) )?(?:early |late |mid-)?"),
        date_behind=True,
        partnering=partnering("en"),
        brings=lambda text, start, end: False,
        people=people,
        office_before=office_before,
        firms=firms,
        others=re.compile(r"\b(?:target|acquired|counterparty) (?:company|firm)\b", re.IGNORECASE),
        partners=lambda text, start, end: (),
        places=places,
        figures=figures,
        objects=_objects,
    )
