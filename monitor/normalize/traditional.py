"""Simplified to traditional script, as Taiwan writes it: for what is asked of others, never for what is read."""

from __future__ import annotations

import functools

import opencc

__all__ = ["release", "traditional"]


@functools.lru_cache(maxsize=4096)
def traditional(text: str) -> str:
    """Return *text* in traditional script; lone surrogates are replaced."""
    converted: str = _converter().convert(text.encode("utf-8", "replace").decode())
    return converted


def release() -> None:
    """Let go of OpenCC's tables for this direction, 42 MB: they are read again when they are asked for."""
    _converter.cache_clear()


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")
