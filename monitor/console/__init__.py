"""
What a person or a program sees on the terminal. Part of the roof: rich and structlog live here.

    timeline, feeds, entries   what is known, who is asked, what came in
    explaining                 why something is as it is
    upkeep                     what verify, doctor and reprocess found
    decisions, alerts          what waits for a person, and who was told
    bars                       progress while a person watches
    log                        the log
    output                     what all of them print with
"""

from monitor.console.bars import reading, watching
from monitor.console.entries import entry, show_entries
from monitor.console.explaining import explain
from monitor.console.feeds import show_round, show_schedule, show_sources, sources
from monitor.console.log import printable
from monitor.console.output import clean_line
from monitor.console.timeline import show_timeline
from monitor.console.upkeep import show_audit, show_findings, show_rework

__all__ = [
    "clean_line",
    "entry",
    "explain",
    "printable",
    "reading",
    "show_audit",
    "show_entries",
    "show_findings",
    "show_rework",
    "show_round",
    "show_schedule",
    "show_sources",
    "show_timeline",
    "sources",
    "watching",
]
