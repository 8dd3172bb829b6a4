"""What the channels read, in both languages at once, as the bot's own messages have it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from incident.messages import incident as messages
from incident.messages import notices
from incident.messages.bilingual import TEXT_LIMIT, joined, merged
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.incident import Deliverable, Incident, Role, Update
from incident.model.slack_text import escape
from incident.runtime.failures import PermanentError, TransientError
from incident.sandbox.slack import mrkdwn
from incident.sandbox.slack.blocks import elements, problems
from tests.unit.hostile import TITLES

AT = datetime(2026, 11, 23, 3, 5, tzinfo=UTC)
ANA = "U012ABCDEF"
Render = Callable[[Words], Message]


def incident(title: str = "payments time out", **more: Any) -> Incident:
    return Incident(
        id="2026-11-23-abcdefgh",
        title=title,
        date=date(2026, 11, 23),
        declared_at=AT,
        declared_by=ANA,
        team="T1",
        severity="sev2",
        channel_id="C012ABCDEF",
        channel_name="incident-2026-11-23-payments",
        **more,
    )


def whole(title: str = "payments time out", said: str = "We see <errors> & more.") -> Incident:
    return incident(
        title,
        roles={Role.INCIDENT_COMMANDER: ANA},
        meet_url="https://meet.google.com/abc",
        document_url="https://docs.google.com/document/d/1",
        last_update=Update(said, ANA, AT),
    )


def about(deliverable: Deliverable) -> notices.About:
    return notices.About(deliverable, incident(), is_elsewhere=True)


RENDERS: dict[str, Render] = {
    "briefing at first": lambda say: messages.briefing(say, incident()),
    "briefing": lambda say: messages.briefing(say, whole()),
    "briefing, resolved": lambda say: messages.briefing(say, incident(status="resolved", resolved_at=AT)),
    "board": lambda say: messages.announcement(say, whole(), "https://slack.com/app_redirect?channel=C1"),
    **{
        f"late: {deliverable}": lambda say, of=deliverable: notices.late(  # type: ignore[misc]  # of is the loop's
            say, about(of), TransientError("drive", "http 503")
        )
        for deliverable in Deliverable
    },
    **{
        f"failed: {deliverable}": lambda say, of=deliverable: notices.failed(  # type: ignore[misc]  # likewise
            say, about(of), PermanentError("drive", "notFound"), run_id="run"
        )
        for deliverable in Deliverable
    },
    **{
        f"there: {deliverable}": lambda say, of=deliverable: notices.there(say, about(of))  # type: ignore[misc]  # likewise
        for deliverable in Deliverable
    },
}


def both(render: Render) -> tuple[Message, list[dict[str, Any]]]:
    message = merged([render(say) for say in (ENGLISH, FRENCH)])
    return message, [block.to_dict() for block in message.blocks]


@pytest.mark.parametrize("name", RENDERS)
def test_both_languages_are_built_alike_and_fit(name: str) -> None:
    render = RENDERS[name]
    alone = [[block.to_dict() for block in render(say).blocks] for say in (ENGLISH, FRENCH)]
    message, blocks = both(render)
    assert problems(blocks, "message") == []
    kinds = [[block["type"] for block in one] for one in (*alone, blocks)]
    assert kinds[0] == kinds[1] == kinds[2]
    pressed = [[element.get("action_id") for _, element in elements(one)] for one in (*alone, blocks)]
    assert pressed[0] == pressed[1] == pressed[2]
    for say in (ENGLISH, FRENCH):
        assert render(say).text in message.text
    assert len(message.text) <= TEXT_LIMIT


@pytest.mark.parametrize("title", TITLES)
def test_whatever_people_typed_fits_in_both_languages(title: str) -> None:
    for render in (
        lambda say: messages.briefing(say, whole(title, escape(title))),
        lambda say: messages.announcement(say, whole(title, escape(title)), "https://slack.com/"),
    ):
        message, blocks = both(render)
        assert problems(blocks, "message") == []
        assert len(message.text) <= TEXT_LIMIT
        assert list(mrkdwn.problems(message.text)) == []
        assert all(say.status_of(whole()) in message.text for say in (ENGLISH, FRENCH))


def test_the_briefing_says_the_title_once_and_everything_else_in_both() -> None:
    _, blocks = both(RENDERS["briefing"])
    shown = json.dumps(blocks, ensure_ascii=False)
    assert shown.count("payments time out") == 1
    assert shown.count("We see <errors> & more.") == 1
    assert "Severity · Gravité" in shown
    for say in (ENGLISH, FRENCH):
        assert all(word in shown for word in (say.commander, say.join_call, say.open_report, say.everyone))


@pytest.mark.parametrize("title", TITLES)
def test_topic_and_purpose_fit_in_both_languages(title: str) -> None:
    """https://docs.slack.dev/reference/methods/conversations.setTopic"""
    for render in (messages.topic, messages.purpose):
        text = joined([render(say, whole(title)) for say in (ENGLISH, FRENCH)], messages.TOPIC_LIMIT)
        assert len(text) <= 250
        assert list(mrkdwn.problems(text)) == []
