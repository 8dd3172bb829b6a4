"""What a message says, wherever in it that stands, and that in words without ids."""

from __future__ import annotations

import re
from json import dumps, loads
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.model.slack_message import LONGEST, Content, content_of, markup_of
from incident.model.slack_text import escape, readable
from incident.model.slack_words import LIMIT, Directory, in_words
from tests.unit.hostile import TITLES, anything, typed

PEOPLE = {"U0ANA": "Ana López", "U0EVIL": "<@U0ANA> <!channel>\n"}
DIRECTORY = Directory(
    lambda user: PEOPLE.get(user, ""),
    lambda group: "oncall" if group == "S0ONCALL" else "",
    lambda channel: "ops" if channel == "C0OPS" else "",
    "someone",
    "private-channel",
)
AN_ID = re.compile(r"<@[UW][A-Z0-9]+(\|[^<>]*)?>|<!subteam\^S[A-Z0-9]+(\|[^<>]*)?>|<#C[A-Z0-9]+(\|[^<>]*)?>")


def words(markup: str) -> str:
    return in_words(markup, DIRECTORY)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("ask <@U0ANA> &amp; <@U0ANA|zoe>", "ask @Ana López & @zoe"),
        ("<@U0NOBODY> left", "@someone left"),
        ("<@U0EVIL>", "@@U0ANA !channel"),
        ("<!subteam^S0ONCALL> <!subteam^S0NONE> <!subteam^S1|@db>", "@oncall @someone @db"),
        ("<#C0OPS> <#C0OPS|> <#C1|general> <#C0SECRET|>", "#ops #ops #general #private-channel"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("since <!date^1392734382^{date} at {time}^https://x|Feb 18, 6:39 AM>", "since Feb 18, 6:39 AM"),
        ("<!unknown|a label> <!unknown>", "a label unknown"),
        ("<https://a.example/x?a=1&amp;b=2>", "https://a.example/x?a=1&b=2"),
        ("<https://a.example|the graph>", "the graph (https://a.example)"),
        ("<http://a.example/|a.example>", "http://a.example/"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("• one\n    ◦ two :tada:\n```if a &lt; b &amp;&amp; c:\n    go```", None),
        ("1 &lt; 2 &gt; 0", "1 < 2 > 0"),
        ("&lt;@U0ANA&gt; &amp;lt;", "@Ana López &lt;"),
        ("<<@U0NO|U0ANA>> &lt;<@U0NO|U0ANA>&gt;", "@Ana López @Ana López"),
        ("a\u202eb\x07c\r\nd", "ab c\nd"),
        ("<@> <#> <!> <>", "@someone #private-channel  "),
    ],
)
def test_markup_in_words(markup: str, expected: str | None) -> None:
    plain = expected or markup.replace("&lt;", "<").replace("&amp;", "&")
    assert words(markup) == plain.strip()


@given(st.one_of(anything, typed, st.sampled_from(TITLES), typed.map(escape), anything.map(escape)))
def test_anything_at_all_becomes_words_without_ids(markup: str) -> None:
    made = words(markup)
    assert not AN_ID.search(made)
    assert len(made) <= LIMIT
    assert made == readable(made).strip()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>")))
def test_what_a_person_typed_is_what_is_kept(text: str) -> None:
    assert words(escape(text)) == readable(text).strip()


def test_what_is_long_is_cut_with_an_ellipsis() -> None:
    assert words("x" * LIMIT) == "x" * LIMIT
    assert words("x" * LIMIT + "y") == "x" * (LIMIT - 1) + "…"
    assert words("<@U0ANA>" * LIMIT).endswith("…")


def test_a_persons_message() -> None:
    found = content_of(
        {
            "user": "U0ANA",
            "ts": "18.1",
            "thread_ts": "17.1",
            "text": "look <@U0BEN>",
            "blocks": [{"type": "rich_text", "elements": []}],
            "files": [
                {"name": "graph.png", "permalink": "https://x.slack.com/files/1"},
                {"title": "a\nnote", "permalink": "javascript:alert(1)"},
                {"mode": "tombstone", "name": "gone"},
                {"id": "F1"},
                "F2",
            ],
            "edited": {"user": "U0ANA", "ts": "19.1"},
        }
    )
    files = (("graph.png", "https://x.slack.com/files/1"), ("a note", ""))
    assert found == Content("look <@U0BEN>", "U0ANA", thread_ts="17.1", files=files, is_edited=True)
    assert Content.from_dict(loads(dumps({**found.to_dict(), "newer": 1}))) == found


@pytest.mark.parametrize("thread", ["18.1", "x", "1&cid=evil", None])
def test_what_begins_a_thread_is_no_reply(thread: Any) -> None:
    assert content_of({"user": "U1", "ts": "18.1", "thread_ts": thread}).thread_ts == ""


@pytest.mark.parametrize(
    ("message", "name", "user"),
    [
        ({"bot_id": "B1", "username": "PagerDuty", "subtype": "bot_message"}, "PagerDuty", ""),
        ({"bot_id": "B1", "user": "U0BOT", "bot_profile": {"name": "Grafana"}}, "Grafana", "U0BOT"),
        ({"bot_id": "B1", "user": "U0BOT"}, "", "U0BOT"),
    ],
)
def test_an_apps_message(message: dict[str, Any], name: str, user: str) -> None:
    assert content_of(message) == Content(app_name=name, app_user=user)


RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "a < b "},
                {"type": "user", "user_id": "U0ANA"},
                {"type": "usergroup", "usergroup_id": "S0ONCALL"},
                {"type": "channel", "channel_id": "C0OPS"},
                {"type": "broadcast", "range": "here"},
                {"type": "emoji", "name": "tada"},
                {"type": "link", "url": "https://x.example", "text": "see"},
                {"type": "date", "timestamp": 1, "fallback": "noon"},
                {"type": "newer", "text": "?"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 1,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": one}]} for one in "xy"
            ],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "if x:\n  go"}]},
    ],
}
SHARED = {"is_share": True, "from_url": "u", "author_name": "Zoé"}
UNFURLED = {"from_url": "https://x.example", "title": "X"}
SAID = "a < b @Ana López@oncall#ops@here:tada:see (https://x.example)noon\n    • x\n    • y\nif x:\n  go"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"text": " ", "blocks": [RICH]}, SAID),
        ({"text": "said", "blocks": [RICH]}, "said"),
        (
            {
                "blocks": [
                    {"type": "header", "text": {"type": "plain_text", "text": "Disk <full>"}},
                    {
                        "type": "section",
                        "text": {"type": "mrkdwn", "text": "on <https://x.example|db-1>"},
                        "fields": [
                            {"type": "mrkdwn", "text": "*State*"},
                            {"type": "plain_text", "text": "bad"},
                        ],
                    },
                    {
                        "type": "context",
                        "elements": [
                            {"type": "mrkdwn", "text": "now"},
                            {"type": "image", "alt_text": "a graph"},
                        ],
                    },
                    {"type": "image", "title": {"type": "plain_text", "text": "CPU"}, "alt_text": "x"},
                    {"type": "image", "alt_text": "a curve"},
                    {"type": "divider"},
                    {"type": "actions", "elements": [{"type": "button", "text": {"text": "Silence"}}]},
                    {"type": "markdown", "text": "**any** <b>"},
                ]
            },
            "Disk <full>\non db-1 (https://x.example)\n*State*\nbad\nnow a graph\nCPU\na curve\n**any** <b>",
        ),
        (
            {
                "text": "",
                "attachments": [
                    {
                        "fallback": "unseen",
                        "pretext": "New alert",
                        "title": "db-1 is down",
                        "text": "since <!date^1^{x}|noon>",
                        "fields": [{"title": "Severity", "value": "high"}, {"value": "no title"}],
                    },
                    {"fallback": "only this &amp; that"},
                    {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "in blocks"}}]},
                ],
            },
            "New alert\ndb-1 is down\nsince noon\nSeverity: high\nno title\nonly this & that\nin blocks",
        ),
        (
            {"text": "see this", "attachments": [{**SHARED, "text": "slow"}]},
            "see this\nZoé: slow",
        ),
        (
            {
                "text": "",
                "attachments": [
                    {
                        **SHARED,
                        "is_msg_unfurl": True,
                        "message_blocks": [{"message": {"blocks": [RICH]}}],
                    }
                ],
            },
            f"Zoé: {SAID}",
        ),
        ({"text": "<https://x.example>", "attachments": [UNFURLED]}, "https://x.example"),
        ({"text": "", "attachments": [UNFURLED]}, "X"),
    ],
)
def test_where_words_stand(message: dict[str, Any], said: str) -> None:
    assert words(markup_of(message)) == said


KEYS = [
    "text", "blocks", "attachments", "elements", "type", "fields", "title", "files", "name", "message",
    "indent", "message_blocks", "fallback", "user", "ts", "thread_ts", "edited", "bot_id", "bot_profile",
    "from_url",
]  # fmt: skip
KINDS = [
    "rich_text",
    "rich_text_list",
    "rich_text_section",
    "section",
    "context",
    "text",
    "user",
    "mrkdwn",
    "image",
]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(KEYS), junk, max_size=6))
def test_a_message_of_any_shape_says_something_or_nothing(message: dict[str, Any]) -> None:
    found = content_of(message)
    assert len(found.text) <= LONGEST
    assert Content.from_dict(loads(dumps(found.to_dict()))) == found
    assert not AN_ID.search(words(found.text))


def test_however_deep_or_large_it_is_read() -> None:
    deep: dict[str, Any] = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    for _ in range(500):
        deep = {"type": "rich_text_list", "elements": [deep]}
    assert len(markup_of({"blocks": [{"type": "rich_text", "elements": [deep]}]})) < 100
    wide = [{"type": "header", "text": {"text": "y" * 3000}}] * 5000
    assert len(markup_of({"blocks": wide, "attachments": [{"blocks": wide}] * 5000})) == LONGEST
