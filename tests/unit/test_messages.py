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

from incident.commands import declare
from incident.commands.declare import FORM, SEVERITY, TITLE
from incident.commands.question import ANSWER_DECLARE, ANSWER_UPDATE
from incident.commands.registry import COMMANDS, form_called, opened_by, typed
from incident.commands.retry import RETRY
from incident.commands.severity import LABELS, MEANINGS, SetSeverity
from incident.commands.spec import Line, Spec
from incident.commands.update import PostUpdate
from incident.messages import change, notices
from incident.messages import form as form_messages
from incident.messages import incident as incident_messages
from incident.messages import intake as intake_messages
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.messages.incident import LAST_UPDATE_LIMIT, TOPIC_LIMIT
from incident.messages.locales import words_for
from incident.messages.notices import About
from incident.messages.rich import Message, plain
from incident.messages.words import Words
from incident.model.incident import Deliverable, Incident, Role, Severity, Status, Update
from incident.model.slack_text import as_typed, escape, one_line, readable
from incident.runtime.failures import NotYetKnownError, PermanentError, StepError, TransientError
from incident.sandbox.slack import blocks as block_kit
from incident.sandbox.slack import mrkdwn
from tests.unit.hostile import NASTY, TITLES, anything

LANGUAGES = pytest.mark.parametrize("say", [ENGLISH, FRENCH], ids=["en", "fr"])
CALL, REPORT = "https://meet.example/abc-defg-hij", "https://docs.example/d/1?a=1&b=2"
ERRORS = (
    TransientError("docs", "http 503"),
    TransientError("slack", "ratelimited", retry_after=7.0),
    TransientError("bot", "ZeroDivisionError"),
    TransientError("deadline", "no time left in this delivery"),
    NotYetKnownError("slack", "name_taken, by whom is not known yet"),
    PermanentError("drive", "notFound"),
    PermanentError("nobody", "<&>"),
)
RUN = "command-" + "k" * 26
DATE = re.compile(r"<!date[^>]*>")
UNFILLED = re.compile(r"\{\w*\}")
"""A placeholder of the words; what a person is to fill in has spaces."""


def incident(title: str, **more: Any) -> Incident:
    return Incident(
        id="2026-11-23-4k7wm2zt",
        title=title,
        date=date(2026, 11, 23),
        declared_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
        declared_by="U012ABCDEF",
        roles={Role.INCIDENT_COMMANDER: "U012ABCDEF", Role.OPERATIONS_LEAD: "W987ZYXWVU"},
        **more,
    )


THERE = {"channel_id": "C012AB", "channel_name": "incident-down", "meet_url": CALL, "document_url": REPORT}
NOTHING_YET: dict[str, str] = {}


def updated(title: str, text: str) -> Incident:
    """With a last update, of which `text` is how Slack sent it."""
    at = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
    return incident(title, last_update=Update(text, "U012ABCDEF", at), **THERE)


def elsewhere(deliverable: Deliverable, title: str, **more: Any) -> About:
    """A notice that is read outside the incident's channel."""
    return About(deliverable, incident(title, **more), is_elsewhere=True)


def in_channel(deliverable: Deliverable, **more: Any) -> About:
    """A notice in the incident's channel."""
    return About(deliverable, incident("down", **more), is_elsewhere=False)


Builder = Callable[[Words, str], Message]
"""Makes a message of the words and of what a person typed."""

QUOTING: dict[str, Builder] = {
    "briefing": lambda say, text: incident_messages.briefing(say, incident(text, **THERE)),
    "announcement": lambda say, text: incident_messages.announcement(say, incident(text, **THERE)),
    "question": lambda say, text: change.question(say, escape(text), RUN),
    "line": lambda say, text: change.line(say, Line("{person} did it", escape(text)), "U012ABCDEF"),
    "not_recorded": intake_messages.not_recorded,
    "not_known_if_recorded": lambda say, text: intake_messages.not_known_if_recorded(say, text, "x" * 2000),
    "late": lambda say, text: notices.late(say, elsewhere(Deliverable.CHANNEL, text), ERRORS[0]),
    "failed": lambda say, text: notices.failed(
        say, elsewhere(Deliverable.CHANNEL, text, **THERE), ERRORS[-1], run_id=RUN
    ),
    "there": lambda say, text: notices.there(say, elsewhere(Deliverable.CHANNEL, text, **THERE)),
}
"""Every message with people's words in it."""

OF_SLACK = {"question", "line"}
"""Those whose words come as Slack sent them, and are made readable where they are shown."""

LAST_UPDATE: dict[str, Builder] = {
    "briefing": lambda say, text: incident_messages.briefing(say, updated("down", escape(text))),
    "board": lambda say, text: incident_messages.announcement(say, updated("down", escape(text))),
}
"""The messages that quote the last update."""

EXAMPLES = (SetSeverity("sev1", "it spreads"), PostUpdate("it is back"))
"""A command of each kind that leaves a line."""


def line_of(command: Any, say: Words) -> Message:
    """What the channel reads of a command."""
    spec = next(spec for spec in COMMANDS if spec.command is type(command))
    assert spec.line
    return change.line(say, spec.line(command, say.locale), "U012ABCDEF")


def notices_of(say: Words, about: Callable[[Deliverable], About]) -> list[Message]:
    """Every notice, of every deliverable and failure."""
    return [
        *(notices.late(say, about(one), error) for one in Deliverable for error in ERRORS),
        *(notices.failed(say, about(one), error, run_id=RUN) for one in Deliverable for error in ERRORS),
        *(notices.there(say, about(one)) for one in Deliverable),
    ]


OWN: dict[str, Callable[[Words], Sequence[Message]]] = {
    "plain": lambda say: [plain(say.received)],
    "press_not_recorded": lambda say: [
        intake_messages.press_not_recorded(say, resend) for resend in ("", "x" * 2000)
    ],
    "press_not_known_if_recorded": lambda say: [
        intake_messages.press_not_known_if_recorded(say, resend) for resend in ("", "x" * 2000)
    ],
    "form_did_not_open": lambda say: [intake_messages.form_did_not_open(say)],
    "help_text": lambda say: [intake_messages.help_text(say)],
    "ready": lambda say: [incident_messages.ready(say, incident("down", **THERE))],
    "briefing": lambda say: [
        incident_messages.briefing(say, incident("down", severity=severity, status=status, **links))
        for severity in (None, "sev0", *Severity)
        for status in ("contained", *Status)
        for links in (NOTHING_YET, {"meet_url": CALL}, {"document_url": REPORT}, THERE)
    ],
    "board": lambda say: [
        incident_messages.announcement(say, incident("down", severity=severity, status=status, **THERE))
        for severity in (None, "sev0", *Severity)
        for status in ("contained", *Status)
    ],
    "lines": lambda say: [line_of(command, say) for command in EXAMPLES],
    "done": lambda say: [plain(spec.text[say.locale].done) for spec in typed() if spec.states],
    "menus": lambda say: [change.menu(spec.menu(say.locale)) for spec in COMMANDS if spec.menu],
    "notices elsewhere": lambda say: notices_of(say, lambda one: elsewhere(one, "down", **THERE)),
    "notices in the channel": lambda say: notices_of(say, lambda one: in_channel(one, **THERE)),
    "notices of what has nothing yet": lambda say: notices_of(say, lambda one: elsewhere(one, "down")),
    "notices without an incident": lambda say: notices_of(
        say, lambda one: About(one, None, is_elsewhere=True)
    ),
    "retry_failed": lambda say: [
        notices.retry_failed(say, one, error) for one in Deliverable for error in ERRORS
    ],
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
    if name in {"not_recorded", "not_known_if_recorded"}:
        title = title[:2900].rstrip()
    message = QUOTING[name](say, title)
    blocks = shown(message)
    title = readable(title) if name in OF_SLACK else title
    assert any(kept(title) in text for text in literal(blocks)) or kept(title) in "".join(literal(blocks))
    assert not any(title[:40] in text or escape(title[:40]) in text for text in marked_up(blocks))
    assert escape(title) in message.text or name == "question"


@LANGUAGES
@pytest.mark.parametrize("name", LAST_UPDATE)
@pytest.mark.parametrize("words", TITLES, ids=range(len(TITLES)))
def test_the_last_update_is_quoted_exactly_and_is_never_markup(say: Words, name: str, words: str) -> None:
    blocks = shown(LAST_UPDATE[name](say, words))
    said = readable(words)
    whole = said if len(said) <= LAST_UPDATE_LIMIT else said[: LAST_UPDATE_LIMIT - 1].rstrip()
    assert any(text.startswith(whole) and len(text) <= LAST_UPDATE_LIMIT for text in literal(blocks))
    assert not any(words[:40] in text or escape(words[:40]) in text for text in marked_up(blocks))
    assert any("<@U012ABCDEF>" in text for text in marked_up(blocks))


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
    for build in (*QUOTING.values(), *LAST_UPDATE.values()):
        shown(build(say, title))


@LANGUAGES
def test_a_text_on_several_lines_keeps_them(say: Words) -> None:
    text = "first  line\n\n • second & <third>"
    for name in ("question", "line", "not_recorded", "not_known_if_recorded"):
        message = QUOTING[name](say, text)
        assert text in "".join(literal(shown(message)))


@LANGUAGES
def test_the_notification_of_a_line_reads_like_the_line(say: Words) -> None:
    said = line_of(PostUpdate("first  line &amp; more"), say).text
    by = {"en": "Update from <@U012ABCDEF>", "fr": "Mise à jour de <@U012ABCDEF>"}[say.locale]
    assert said == say.headline.format(kind=by, title="first  line &amp; more")
    assert (
        line_of(SetSeverity("sev2"), say).text
        == {
            "en": "<@U012ABCDEF> put this at SEV2, major",
            "fr": "<@U012ABCDEF> a fixé la gravité à SEV2, majeure",
        }[say.locale]
    )


@LANGUAGES
def test_a_line_that_quotes_nothing_has_no_quote(say: Words) -> None:
    kinds = [one.get("type") for one in objects(shown(line_of(SetSeverity("sev2"), say)))]
    assert "rich_text_quote" not in kinds
    assert "user" in kinds
    assert "rich_text_quote" in [one.get("type") for one in objects(shown(line_of(EXAMPLES[0], say)))]


def test_every_command_that_leaves_a_line_has_an_example_here() -> None:
    assert {type(one) for one in EXAMPLES} == {spec.command for spec in COMMANDS if spec.line}


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
        blocks = shown(incident_messages.briefing(say, incident(title, **THERE)))
        assert blocks[0]["type"] == "header"
        assert len(blocks[0]["text"]["text"]) <= 150
        assert title in "".join(literal(blocks))


def buttons(message: Message) -> dict[str, str]:
    """What its buttons open or carry, by action_id."""
    found = [one for one in objects(shown(message)) if one.get("type") == "button"]
    assert len({one["action_id"] for one in found}) == len(found)
    return {one["action_id"]: one.get("url") or one["value"] for one in found}


@LANGUAGES
def test_the_briefing_has_the_buttons_that_work(say: Words) -> None:
    def of(links: dict[str, str]) -> dict[str, str]:
        return buttons(incident_messages.briefing(say, incident("down", **links)))

    assert of(THERE) == {"link.call": CALL, "link.report": REPORT}
    assert of({"meet_url": CALL}) == {"link.call": CALL}
    assert of(NOTHING_YET) == {}


@LANGUAGES
@pytest.mark.parametrize("severity", [None, *Severity, "sev0"])
@pytest.mark.parametrize("status", [*Status, "contained <&>"])
def test_briefing_and_board_say_how_it_stands(say: Words, severity: str | None, status: str) -> None:
    one = incident("down", severity=severity, status=status, **THERE)
    words = {str(key): value for key, value in say.statuses.items()}.get(status, status)
    level = {str(key): value for key, value in LABELS[say.locale].items()}.get(
        severity or "", severity or say.severity_unknown
    )
    for message in (incident_messages.briefing(say, one), incident_messages.announcement(say, one)):
        read = "\n".join(marked_up(shown(message)))
        assert escape(words) in read
        assert level in read
    assert escape(words) in incident_messages.topic(say, one)


@LANGUAGES
def test_a_notice_says_why_what_to_do_and_what_there_is(say: Words) -> None:
    for deliverable in Deliverable:
        about = in_channel(deliverable, **THERE)
        for message in (
            notices.late(say, about, ERRORS[0]),
            notices.failed(say, about, ERRORS[-1], run_id=RUN),
        ):
            read = " ".join(literal(shown(message)))
            assert say.deliverables[deliverable] in read
            assert say.by_hand[deliverable] in read
            links = {one["url"] for one in objects(shown(message)) if one.get("type") == "link"}
            assert links == {CALL, REPORT}
            assert "down" not in read, "its title is known where it is read"
        assert buttons(notices.late(say, about, ERRORS[0])) == {}
        assert buttons(notices.failed(say, about, ERRORS[-1], run_id=RUN)) == {RETRY: RUN}
        assert buttons(notices.there(say, about)) == {}


@LANGUAGES
def test_what_is_there_after_all_leads_there(say: Words) -> None:
    def leads_to(deliverable: Deliverable, **more: str) -> list[str]:
        found = objects(shown(notices.there(say, elsewhere(deliverable, "down", **more))))
        return [
            one["url"] if one["type"] == "link" else one["channel_id"]
            for one in found
            if one.get("type") in {"link", "channel"}
        ]

    assert leads_to(Deliverable.CALL, **THERE) == [CALL]
    assert leads_to(Deliverable.REPORT, **THERE) == [REPORT]
    assert leads_to(Deliverable.CHANNEL, **THERE) == ["C012AB"]
    assert leads_to(Deliverable.INVITATIONS, **THERE) == ["C012AB"]
    assert leads_to(Deliverable.TOPIC, **THERE) == []
    assert leads_to(Deliverable.CALL) == []


@LANGUAGES
def test_the_question_has_a_button_for_each_answer(say: Words) -> None:
    assert buttons(change.question(say, "x", RUN)) == {ANSWER_UPDATE: RUN, ANSWER_DECLARE: RUN}


@LANGUAGES
@pytest.mark.parametrize("spec", [spec for spec in COMMANDS if spec.menu], ids=lambda spec: spec.name)
def test_a_menu_offers_all_there_is_to_choose(say: Words, spec: Spec[Any]) -> None:
    assert spec.menu
    menu = spec.menu(say.locale)
    (select,) = [one for one in objects(shown(change.menu(menu))) if one.get("type") == "static_select"]
    assert select["action_id"] == menu.action_id
    offered = [(option["value"], option["text"]["text"]) for option in select["options"]]
    assert offered == list(menu.options)
    assert menu.question in "".join(literal(shown(change.menu(menu))))


@LANGUAGES
@pytest.mark.parametrize("spec", [spec for spec in COMMANDS if spec.form], ids=lambda spec: spec.name)
def test_a_form_is_valid_and_comes_back_to_its_command(say: Words, spec: Spec[Any]) -> None:
    assert spec.form
    form = spec.form(say.locale)
    view = form_messages.view(form, "x" * 3000, change.about(say, updated(NASTY[:200], NASTY))).to_dict()
    assert block_kit.view_problems(view) == []
    assert form_called(form.callback_id) is spec
    assert opened_by(spec.opener) is spec
    values = {field.id: field.options[0][0] if field.options else "some words" for field in form.fields}
    assert isinstance(spec.forms[form.callback_id](values), spec.command)
    assert spec.forms[form.callback_id]({field.id: " " for field in form.fields}) is None
    assert form.blank


@LANGUAGES
def test_the_form(say: Words) -> None:
    view = form_messages.view(declare.form(say.locale), "x" * 3000).to_dict()
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
    for spec in typed():
        text = spec.text[say.locale]
        (shown_as,) = [one for one in read if one.split()[:2] == ["/incident", text.verbs[0]]]
        assert text.usage in shown_as
        assert any(text.help in one for one in read)
    assert read.index(f"/incident {{{say.what_went_wrong}}}") < read.index(say.help_in_channel)


@LANGUAGES
def test_reasons_are_words(say: Words) -> None:
    for error in ERRORS:
        assert re.search(r"\w+ \w+", notices.why(say, error))
    why: Callable[[StepError], str] = lambda error: notices.why(say, error)  # noqa: E731
    assert why(ERRORS[0]) != why(PermanentError("docs", "http 503"))
    assert "Google Docs" in why(ERRORS[0])
    assert "{" not in "".join(map(why, ERRORS))
    assert len({why(error) for error in ERRORS}) == len(ERRORS)


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
        assert LABELS[say.locale].keys() == MEANINGS[say.locale].keys() == set(Severity)
        for names in (say.deliverables, say.there, say.by_hand):
            assert names.keys() == set(Deliverable)
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


def words_of_commands(locale: str) -> Iterator[str]:
    """What the commands bring of their own."""
    for spec in COMMANDS:
        if spec.text:
            text = spec.text[locale]
            yield from (text.usage, text.help, text.line, text.done)
        if spec.menu:
            menu = spec.menu(locale)
            yield from (menu.question, menu.placeholder, *(label for _, label in menu.options))


def test_the_commands_say_everything_in_both_languages() -> None:
    pairs = list(zip(words_of_commands("en"), words_of_commands("fr"), strict=True))
    assert len(pairs) > len(typed())
    for one, other in pairs:
        assert bool(one) == bool(other)
        assert (one.strip(), other.strip()) == (one, other)
        assert placeholders(one) == placeholders(other)


def test_french_is_set_as_in_canada() -> None:
    """No space before `; ? !`; before `:` and inside guillemets one that no line breaks at."""
    for sentence in (*every_word(FRENCH), *words_of_commands("fr")):
        assert not re.search(r"\s[;?!]| [:»]|« ", sentence), sentence
