"""The fault of the mirror sites, done on purpose: "(pinyin)" after byte pairs of GBK text, borders ignored."""

from __future__ import annotations

import re

import opencc


def annotated(text: str, readings: dict[str, str]) -> str:
    """Return simplified *text* in traditional script with the readings put in, as a browser shows it."""
    runs = re.split(r"([，。、；：？！\s]+)", opencc.OpenCC("s2t").convert(text))
    return "".join(_shown(_inserted(run.encode("gb18030"), readings)) for run in runs)


def _inserted(code: bytes, readings: dict[str, str]) -> bytes:
    out = bytearray()
    for i, byte in enumerate(code):
        out.append(byte)
        pair = code[i - 1 : i + 1].decode("gb18030", "ignore") if i else ""
        if pair in readings and len(pair) == 1 and code[i - 1] >= 0x81:
            out += f"({readings[pair]})".encode("gb18030")
    return bytes(out)


def _shown(code: bytes) -> str:
    out, i = "", 0
    while i < len(code):
        pair = code[i : i + 2].decode("gb18030", "ignore")
        if code[i] < 0x80:
            out, i = out + chr(code[i]), i + 1
        elif len(code) > i + 1 and len(pair) == 1 and code[i + 1] >= 0x40:
            out, i = out + pair, i + 2
        else:
            eaten = code[i + 1 : i + 2] == b"("
            out, i = out + ("?" if eaten or code[i] > 0xA0 else ""), i + 1 + eaten
    return out
