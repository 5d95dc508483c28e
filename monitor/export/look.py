"""HTML out of templates: everything foreign is escaped, cut, and kept from steering what stands beside it."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from monitor.export import display
from monitor.export.words import Words


def asset(name: str) -> str:
    """Return a file that pages need, as text."""
    return resources.files("monitor.export").joinpath("templates", name).read_text("utf-8")


@cache
def version() -> str:
    """Return what changes when a file that pages need does: part of its address, so that it may be kept for long."""
    return sha256("".join(map(asset, ("style.css", "page.js", "icon.svg"))).encode()).hexdigest()[:12]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "tame": display.tame,
        "link": display.link,
        "teller": display.teller,
        "first_told": display.first_told,
    }
    return made


def render(page: str, words: Words, /, **context: object) -> bytes:
    """Return *page* in UTF-8."""
    text = _environment().get_template(f"{page}.html").render(w=words, **context)
    return text.encode("utf-8", "replace")
