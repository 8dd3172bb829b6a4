"""Every word the bot says: in both languages, within Slack's limits, and people's words exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.commands import FORM, KNOWN, SEVERITY, TITLE
from incident.messages import incident as incident_messages
from incident.messages import intake as intake_messages
from incident.messages import notices
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.messages.incident import TOPIC_LIMIT, Links
from incident.messages.locales import words_for
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.incident import Incident, Role, Severity, Status, Thing
from incident.model.slack_text import as_typed, escape, one_line
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.sandbox.slack import blocks as block_kit
from incident.sandbox.slack import mrkdwn
from tests.unit.hostile import NASTY, TITLES, anything

LANGUAGES = pytest.mark.parametrize("say", [ENGLISH, FRENCH], ids=["en", "fr"])
LINKS = Links(call="https://meet.example/abc-defg-hij", report="https://docs.example/d/1?a=1&b=2")
ERRORS = (
    TransientError("docs", "http 503"),
    TransientError("slack", "ratelimited", retry_after=7.0),
    TransientError("bot", "ZeroDivisionError"),
    PermanentError("drive", "notFound"),
    PermanentError("nobody", "<&>"),
)
RUN = "command-" + "k" * 26
DATE = re.compile(r"<!date[^>]*>")
UNFILLED = re.compile(r"\{\w*\}")
"""A placeholder of the words; what a person is to fill in has spaces."""


def incident(title: str, severity: Severity | None = None) -> Incident:
    return Incident(
        id="2026-11-23-4k7wm2zt",
        title=title,
        date=date(2026, 11, 23),
        declared_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
        declared_by="U012ABCDEF",
        severity=severity,
        roles={Role.INCIDENT_COMMANDER: "U012ABCDEF", Role.OPERATIONS_LEAD: "W987ZYXWVU"},
    )


Builder = Callable[[Words, str], Message]
"""Makes a message of the words and of what a person typed."""

QUOTING: dict[str, Builder] = {
    "briefing": lambda say, text: incident_messages.briefing(say, incident(text), LINKS),
    "announcement": lambda say, text: incident_messages.announcement(say, incident(text), "C012AB"),
    "question": lambda say, text: incident_messages.question(say, text, RUN),
    "update": lambda say, text: incident_messages.update(say, "U012ABCDEF", text),
    "not_recorded": intake_messages.not_recorded,
    "late": lambda say, text: notices.late(say, Thing.CHANNEL, ERRORS[0], text),
    "failed": lambda say, text: notices.failed(
        say, Thing.CHANNEL, ERRORS[3], run_id=RUN, title=text, links=LINKS
    ),
    "done_after_all": lambda say, text: notices.done_after_all(say, Thing.CHANNEL, text),
}
"""Every message with people's words in it."""

OWN: dict[str, Callable[[Words], Sequence[Message]]] = {
    "plain": lambda say: [intake_messages.plain(say.received), intake_messages.plain(say.update_posted)],
    "form_did_not_open": lambda say: [intake_messages.form_did_not_open(say)],
    "help_text": lambda say: [intake_messages.help_text(say)],
    "ready": lambda say: [incident_messages.ready(say, "C012AB")],
    "briefing": lambda say: [
        incident_messages.briefing(say, incident("down", severity), links)
        for severity in (None, *Severity)
        for links in (Links(), Links(call=LINKS.call), Links(report=LINKS.report), LINKS)
    ],
    "late": lambda say: [notices.late(say, thing, error) for thing in Thing for error in ERRORS],
    "failed": lambda say: [
        notices.failed(say, thing, error, run_id=RUN, title="", links=links)
        for thing in Thing
        for error in ERRORS
        for links in (Links(), LINKS)
    ],
    "done_after_all": lambda say: [notices.done_after_all(say, thing) for thing in Thing],
    "retry_failed": lambda say: [notices.retry_failed(say, error) for error in ERRORS],
}
"""Every message of the bot's own words."""


def shown(message: Message) -> list[dict[str, Any]]:
    """The blocks, which the client's models check, and after them the stand-in."""
    blocks = [block.to_dict() for block in message.blocks]
    assert block_kit.problems(blocks, "message") == []
    assert list(mrkdwn.problems(message.text)) == []
    assert message.text
    assert message.to_response()["response_type"] == "ephemeral"
    return blocks


def objects(found: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in the blocks, however deep."""
    if isinstance(found, dict):
        yield found
        for value in found.values():
            yield from objects(value)
    elif isinstance(found, list):
        for value in found:
            yield from objects(value)


def literal(blocks: Any) -> list[str]:
    """What people read as it stands: plain text without emoji codes, and the text of rich text."""
    return [
        one["text"]
        for one in objects(blocks)
        if one.get("type") == "text" or (one.get("type") == "plain_text" and one.get("emoji") is False)
    ]


def marked_up(blocks: Any) -> list[str]:
    """What Slack reads as its own."""
    return [one["text"] for one in objects(blocks) if one.get("type") == "mrkdwn"]


def kept(text: str) -> str:
    """As much of people's words as a block may hold."""
    return text if len(text) <= 3000 else text[:2999]


@LANGUAGES
@pytest.mark.parametrize("name", QUOTING)
@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_peoples_words_appear_exactly_and_are_never_markup(say: Words, name: str, title: str) -> None:
    if name == "not_recorded":
        title = title[:2900].rstrip()
    message = QUOTING[name](say, title)
    blocks = shown(message)
    assert any(kept(title) in text for text in literal(blocks)) or kept(title) in "".join(literal(blocks))
    assert not any(title[:40] in text or escape(title[:40]) in text for text in marked_up(blocks))
    assert escape(title) in message.text or name == "question"


@LANGUAGES
def test_the_words_of_the_issue_are_shown_exactly(say: Words) -> None:
    for name, build in QUOTING.items():
        blocks = shown(build(say, NASTY))
        assert any(NASTY in text for text in literal(blocks)), name
        assert "<!channel>" not in build(say, NASTY).text


@LANGUAGES
@pytest.mark.parametrize("name", OWN)
def test_the_bots_own_words_are_valid(say: Words, name: str) -> None:
    for message in OWN[name](say):
        shown(message)
        written = [message.text, *literal(shown(message)), *marked_up(shown(message))]
        assert not any(UNFILLED.search(DATE.sub("", text)) for text in written)


@given(st.one_of(anything, st.text()), st.sampled_from([ENGLISH, FRENCH]))
def test_any_title_makes_valid_messages(text: str, say: Words) -> None:
    title = one_line(text) or "x"
    for build in QUOTING.values():
        shown(build(say, title))


@LANGUAGES
def test_a_text_on_several_lines_keeps_them(say: Words) -> None:
    text = "first  line\n\n • second & <third>"
    for name in ("question", "update", "not_recorded"):
        message = QUOTING[name](say, text)
        assert text in "".join(literal(shown(message)))


@LANGUAGES
def test_the_notification_of_an_update_reads_like_the_message(say: Words) -> None:
    said = QUOTING["update"](say, "first  line & more").text
    assert said == say.update.format(person="<@U012ABCDEF>") + ": first  line &amp; more"


@LANGUAGES
@pytest.mark.parametrize(
    "length",
    [
        *(1, 2900, 2990),
        *(n for n in (2991, 6001, 12_000)),
    ],
)
def test_words_that_were_not_recorded_come_back_whole(say: Words, length: int) -> None:
    text = "".join(chr(ord("a") + n % 26) for n in range(length))
    blocks = shown(intake_messages.not_recorded(say, text))
    assert f"/incident {text}" in "".join(literal(blocks))


@LANGUAGES
@given(text=st.one_of(anything, st.sampled_from(TITLES)))
def test_topic_and_purpose_fit(say: Words, text: str) -> None:
    title = one_line(text) or "x"
    for build in (incident_messages.topic, incident_messages.purpose):
        made = build(say, incident(title))
        assert len(made) <= TOPIC_LIMIT == 250
        assert list(mrkdwn.problems(made)) == []
        typed = as_typed(made)
        assert title in typed or (typed.endswith("…") and typed[:-1].rstrip()[-1:] in title)


@LANGUAGES
def test_headers_fit_and_what_they_lack_stands_below(say: Words) -> None:
    for title in ("x" * 148, "x" * 149, "🔥" * 300):
        blocks = shown(incident_messages.briefing(say, incident(title), LINKS))
        assert blocks[0]["type"] == "header"
        assert len(blocks[0]["text"]["text"]) <= 150
        assert title in "".join(literal(blocks))


@LANGUAGES
def test_the_briefing_has_the_buttons_that_work(say: Words) -> None:
    def buttons(links: Links) -> dict[str, str]:
        blocks = shown(incident_messages.briefing(say, incident("down"), links))
        return {one["action_id"]: one["url"] for one in objects(blocks) if one.get("type") == "button"}

    assert buttons(LINKS) == {"link.call": LINKS.call, "link.report": LINKS.report}
    assert buttons(Links(call=LINKS.call)) == {"link.call": LINKS.call}
    assert buttons(Links()) == {}


@LANGUAGES
def test_the_form(say: Words) -> None:
    view = intake_messages.form(say, "x" * 3000).to_dict()
    assert block_kit.view_problems(view) == []
    assert (view["callback_id"], view["private_metadata"]) == (FORM, "x" * 3000)
    assert [(block["block_id"], block.get("optional", False)) for block in view["blocks"]] == [
        (TITLE, False),
        (SEVERITY, True),
    ]
    options = view["blocks"][1]["element"]["options"]
    assert [option["value"] for option in options] == [str(severity) for severity in Severity]


@LANGUAGES
def test_the_help_shows_every_command(say: Words) -> None:
    read = literal(shown(intake_messages.help_text(say)))
    for known in KNOWN:
        (shown_as,) = [text for text in read if text.split()[:2] == ["/incident", known.word]]
        assert known.usage[say.locale] in shown_as
        assert any(known.help[say.locale] in text for text in read)


@LANGUAGES
def test_reasons_are_words(say: Words) -> None:
    for error in ERRORS:
        assert re.search(r"\w+ \w+", notices.why(say, error))
    why: Callable[[StepError], str] = lambda error: notices.why(say, error)  # noqa: E731
    assert why(ERRORS[0]) != why(ERRORS[3])
    assert "Google Docs" in why(ERRORS[0])
    assert "{" not in "".join(map(why, ERRORS))


def placeholders(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def test_both_languages_say_everything() -> None:
    """Same fields, same placeholders, nothing empty, and French is French."""
    for field in fields(Words):
        english, french = getattr(ENGLISH, field.name), getattr(FRENCH, field.name)
        assert type(english) is type(french)
        if isinstance(english, Mapping):
            assert english.keys() == french.keys()
            pairs = [(english[key], french[key]) for key in english]
        elif isinstance(english, tuple):
            pairs = list(zip(english, french, strict=True))
        else:
            pairs = [(english, french)]
        for one, other in pairs:
            assert one.strip() == one
            assert other.strip() == other
            assert one
            assert other
            assert placeholders(one) == placeholders(other)
            if field.name != "locale":
                assert not set("&<>") & set(one + other), "would have to be escaped"


def test_every_value_has_a_name() -> None:
    for say in (ENGLISH, FRENCH):
        assert say.statuses.keys() == set(Status)
        assert say.severities.keys() == set(Severity)
        assert say.things.keys() == set(Thing)
        assert say.by_hand.keys() <= set(Thing)
    assert (words_for("en"), words_for("fr")) == (ENGLISH, FRENCH)


def every_word(say: Words) -> Iterator[str]:
    for field in fields(say):
        value = getattr(say, field.name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from map(str, value.values())
        else:
            yield from value


def test_french_is_set_as_in_canada() -> None:
    """No space before `; ? !`; before `:` and inside guillemets one that no line breaks at."""
    for sentence in every_word(FRENCH):
        assert not re.search(r"\s[;?!]| [:»]|« ", sentence), sentence
