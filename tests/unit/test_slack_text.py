"""Between what a person typed and Slack's way of writing it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.model.slack_text import as_typed, escape, escape_within, one_line, readable
from incident.sandbox.slack import mrkdwn
from tests.unit.hostile import TITLES, anything, typed

USERS = {"zoe": "U0ZOE", "a": "U0A"}
CHANNELS = {"ops": "C0OPS", "incident-sre": "C0SRE"}
ENTITY = re.compile(r"&(?:amp|lt|gt);")


def as_slack_sends(text: str) -> str:
    """What Slack makes of typed text when a command has `should_escape`."""
    return mrkdwn.typed(
        text,
        lambda name: f"<@{USERS[name]}|{name}>" if name in USERS else None,
        lambda name: f"<#{CHANNELS[name]}|{name}>" if name in CHANNELS else None,
    )


@given(st.one_of(typed, anything))
def test_what_was_typed_comes_back_exactly(text: str) -> None:
    assert as_typed(as_slack_sends(text)) == text


@given(anything)
def test_escaping_can_be_undone(text: str) -> None:
    assert as_typed(escape(text)) == text


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("ask <@U012ABCDEF|zoe> in <#C012AB|ops>", "ask @zoe in #ops"),
        ("tell <!subteam^S0ONCALL|@oncall>", "tell @oncall"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<http://example.org|example.org> fails", "example.org fails"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("<!channel> <@U1>", "<!channel> <@U1>"),
        ("&lt;!channel&gt; &amp; &lt;@U1&gt;", "<!channel> & <@U1>"),
        ("&amp;lt;", "&lt;"),
        ("a < b", "a < b"),
    ],
)
def test_slacks_forms(sent: str, text: str) -> None:
    assert as_typed(sent) == text


@given(anything)
def test_one_line_is_one_line_without_control_characters(text: str) -> None:
    line = one_line(text)
    assert line == line.strip() == one_line(line)
    assert len(line.splitlines()) <= 1
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Zl", "Zp", "Cs"}
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
    line.encode()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\n c\td", "a b c d"),
        ("\u202eabc", "abc"),
        ("a\x00b", "a b"),
        ("half \ud83d a", "half a"),
        ("👩‍💻 l’été", "👩‍💻 l’été"),
        (" \u2028 ", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.one_of(anything, st.sampled_from(TITLES)), st.integers(1, 300))
def test_escaping_within_a_limit(text: str, limit: int) -> None:
    escaped = escape_within(text, limit)
    assert len(escaped) <= limit
    assert not re.search(r"[<>&]", ENTITY.sub("", escaped)), "an entity was cut, or a character not escaped"
    if escaped != escape(text):
        assert escaped.endswith("…")
        assert text.startswith(as_typed(escaped[:-1]))


def test_a_text_that_fits_is_whole() -> None:
    assert escape_within("a < b & c", 17) == "a &lt; b &amp; c"
    assert escape_within("&&&", 15) == "&amp;&amp;&amp;"
    assert escape_within("&&&", 14) == "&amp;&amp;…"


def test_what_is_read_by_others_keeps_its_lines_and_loses_what_misleads() -> None:
    typed = "first\r\nsecond\u2028third\x07\x1b[31m \u202eevil\u202c  two spaces\ttab"
    assert readable(typed) == "first\nsecond\nthird  [31m evil  two spaces\ttab"
