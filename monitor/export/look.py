"""HTML out of templates: everything foreign is escaped, cut, and kept from steering what stands beside it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from monitor.export import display
from monitor.export.words import Words


def asset(name: str) -> str:
    """Return a file that pages need, as text."""
    return resources.files("monitor.export").joinpath("templates", name).read_text("utf-8")


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
    made.filters |= {"tame": display.tame, "link": display.link}
    return made


def render(name: str, words: Words, **context: object) -> bytes:
    """Return the page *name* in UTF-8."""
    page = _environment().get_template(f"{name}.html").render(w=words, **context)
    return page.encode("utf-8", "replace")
