"""Simplified to traditional script, as Taiwan writes it: for what is asked of others, never for what is read."""

from __future__ import annotations

import functools

import opencc

__all__ = ["traditional"]


def traditional(text: str) -> str:
    """Return *text* in traditional script; lone surrogates are replaced."""
    converted: str = _converter().convert(text.encode("utf-8", "replace").decode())
    return converted


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")
