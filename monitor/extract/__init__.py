"""
Article -> mentions: what happened, when, who, where, how much, and how surely it is said.

    sentences    the prose: no headlines, captions, boilerplate, link lists
    language     what a language brings; lexicons are files in data/, ``lang`` holds one module a language
    hits         words of the lexicon where their surroundings allow them
    telling      what one group of clauses tells, as a noun
    undone       endings, denials, corrections
    tellings     groups of clauses -> kind, phase, polarity, each by a named rule
    whens        the date of a happening, never made
    actors       topic entities, persons beside an office, firms by their ending
    focus        该项目今年7月签约: what goes on about the tie told before
    strangers    what in a tied passage is somebody else's
    parties      places that act: X与平州市政府签约, but not 在平州签约
    reading      one article, with what one sentence leaves to the next
    record       a telling as a mention, and its quote
    behind       who attended and what was measured, told in the sentence right behind
    fold         one mention for each happening

Rules of kind that others rely on:

- Where somebody is met it is a *meeting* (会见 会谈 座谈 拜会), though the words of a visit stand beside it; a
  *visit* (考察 到访 调研) is told by such words alone. An article that tells both of one day tells one meeting.
- A founding that is told more than a year later only introduces the firm: it is background. A denied sentence denies its
  claim, not what it recalls with a date of its own or tells as done.
- A denial keeps the kind of what is denied and has polarity ``denied``; kind *denial* is left for one whose
  claim is not named. A rumour likewise keeps its kind, with polarity ``rumoured``.
- The ending of what was settled (an agreement) has kind *cancellation* and phase ``cancelled``; a plan called
  off keeps its kind, with phase ``cancelled``.
- A quote bears out its mention: it reaches back in its paragraph (three sentences, 300 characters) over the date,
  the subject and the parties that its sentence leaves out; a day or a party that it cannot show is not taken.
  Only whom, what and where an earlier paragraph told of may be missing in it.
- What goes on about a thing told of (该项目今年7月签约, 基地于5月开工) belongs to the topic where nobody strange was
  spoken of since; so does each line of a list of dates under a headline that names all sides.
- A place of the topic is an actor where it acts (X与平州市政府签约), and only a place where something happens.
- Figures are scaled; both ends of a range are figures with one ``raw``.
- ``stage`` is set on direct, asserted happenings that are done (talks, visits, building and making also while
  they go on).
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.extract.fold import fold
from monitor.extract.reading import read
from monitor.extract.record import quoted
from monitor.model import Article, Clean, Judgement, Mention, Published, Topic, Verdict
from monitor.normalize import NOBODY, Publisher, dates

__all__ = ["mentions"]


def mentions(
    article: Article, text: Clean, verdict: Verdict, topic: Topic, publisher: Publisher = NOBODY
) -> tuple[Mention, ...]:
    """
    Return what *article* says happened, in order of place, one mention a happening.

    *text* is the cleaned ``article.text``; the spans of the mentions count code points of the latter. Dates
    are seen from the day of publication, where one is known; by *publisher* it is known whom it means by 公司 and 我市. A
    rejected article says nothing.
    """
    if verdict.judgement is Judgement.REJECTED:
        return ()
    found = dates.find(text.text, article.published.day, _instant(article.published, topic.timezone))
    page, told = read(article, text, verdict, topic, found, publisher)
    return tuple(quoted(m, article, text) for m in fold(told, topic, page.prose))


def _instant(published: Published, zone: str) -> datetime | None:
    """Return when an article came out in *zone*, where that is the zone of its day: what 两小时前 counts from."""
    at = published.at and published.at.astimezone(ZoneInfo(zone))
    return at if at and at.date() == published.day else None
