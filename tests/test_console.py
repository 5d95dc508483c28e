"""What a server sent must not drive the terminal of the person who watches."""

from __future__ import annotations

import structlog

from monitor import console


def test_neither_a_value_nor_a_traceback_in_the_log_carries_control_or_bidi_characters(capsys):
    console.configure_log()
    try:
        log = structlog.get_logger()
        log.warning("not reached", reason="\x1b[2J\x9b1m\u202egnp.exe\r\n[info] all is well")
        try:
            raise ValueError("netloc '\x1b]0;owned\x07\u202e' is none")
        except ValueError:
            log.exception("bug")
    finally:
        structlog.reset_defaults()
    told = capsys.readouterr().err
    assert "ValueError: netloc" in told
    assert all(c.isprintable() or c == "\n" for c in told)
    assert "\n[info]" not in told
