"""
The data path.

    collecting   a feed into waiting entries           fetch -> parse -> match -> store
    backfilling  a part of an archive into waiting entries
    digesting    an entry into an article              fetch -> parse -> normalize -> match -> extract
                 a page looked at again                fetch -> (as an entry, where it says something else)
                 a file that a person handed in        (parsed) -> normalize -> match -> extract
    settling     an article into events                resolve -> store
    desk         what each of these has before it      configuration, the way out, where work is done

Every step says what came of it; nothing is dropped unrecorded. Who calls which step when is the roof's.
"""

from monitor.pipeline.backfilling import Found, found
from monitor.pipeline.collecting import Asked, ask, broken, collect, is_news, unreached
from monitor.pipeline.desk import Desk, Fetches
from monitor.pipeline.digesting import Handed, Postponed, Rechecked, held, ingest, judge, read, recheck
from monitor.pipeline.settling import canonical, placed, placing, rechecked, settle

__all__ = [
    "Asked",
    "Desk",
    "Fetches",
    "Found",
    "Handed",
    "Postponed",
    "Rechecked",
    "ask",
    "broken",
    "canonical",
    "collect",
    "found",
    "held",
    "ingest",
    "is_news",
    "judge",
    "placed",
    "placing",
    "read",
    "recheck",
    "rechecked",
    "settle",
    "unreached",
]
