"""Whether all that shows an incident shows what the newest snapshot says, read where people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from incident.messages.english import ENGLISH
from incident.messages.rich import Message as Content
from incident.model.incident import Incident
from incident.sandbox.slack.workspace import Channel, Message
from incident.surfaces.line import LINE, PREFIX, Recorded
from incident.surfaces.line import content as line_content
from incident.surfaces.messages import BOARD, BRIEFING, TaggedMessage
from incident.surfaces.topic import TOPIC
from incident.workflows.reflect import SURFACES
from tests.faults.harness import Harness


def wrong_with_surfaces(
    harness: Harness, channel: Channel, words: str = "", *, briefed: str = ""
) -> Iterator[str]:
    """Where the surfaces of an incident, the lines among them, do not show what they should.

    Args:
        harness: what to look at.
        channel: the incident's.
        words: what briefing and board must show.
        briefed: what the briefing must show.
    """
    store = harness.open_store()
    incident = store.incident_in_channel(channel.id)
    if incident is None:
        yield f"the store does not know #{channel.name}"
        return
    shown = store.surfaces(incident.id)
    there = [surface for surface in SURFACES if not incident.is_archived or surface not in (TOPIC, BRIEFING)]
    for surface in there:
        if surface.name not in shown:
            yield f"there is no {surface.name}"
        elif shown[surface.name]["version"] != incident.version:
            yield f"the {surface.name} shows {shown[surface.name]['version']} of {incident.version}"
    yield from _wrong_with_message(harness, incident, shown, BOARD, (words,))
    yield from _wrong_with_row(harness, incident)
    yield from _wrong_with_report(harness, incident)
    if incident.is_archived:  # what stands in the channel is left alone
        return
    if channel.topic != TOPIC.content(harness.services(), incident):
        yield f"the topic is {channel.topic!r}"
    yield from _wrong_with_message(harness, incident, shown, BRIEFING, (words, briefed))
    yield from _wrong_with_lines(harness, incident, shown)


def _wrong_with_message(
    harness: Harness,
    incident: Incident,
    shown: Mapping[str, Mapping[str, Any]],
    surface: TaggedMessage,
    words: Sequence[str],
) -> Iterator[str]:
    message = _message(harness, shown.get(surface.name, {}))
    if message is None or not shows(message, surface.content(harness.services(), incident)):
        yield f"the {surface.name} is not as it should be"
    elif not all(one in str(message.blocks) for one in words):
        yield f"the {surface.name} does not say {words}"


def _wrong_with_lines(
    harness: Harness, incident: Incident, shown: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Each line is on record, and shows what is so now."""
    records = {name: record for name, record in shown.items() if name.startswith(PREFIX)}
    there = {
        message.ts
        for message in harness.slack.workspace.history(incident.channel_id)
        if message.metadata and message.metadata["event_type"] == LINE
    }
    if lost := there - {record["ts"] for record in records.values()}:
        yield f"{len(lost)} lines that are not on record"
    for name, record in records.items():
        recorded = Recorded.from_dict(record["said"])
        content = line_content(harness.services(), incident, recorded)
        message = _message(harness, record)
        if message is None or not shows(message, content):
            yield f"{name} shows {message and message.text!r}, not {content.text!r}"


def _wrong_with_row(harness: Harness, incident: Incident) -> Iterator[str]:
    rows = [row for row in harness.google.sheet_rows(*harness.tab) if row[0].text == incident.id]
    if len(rows) != 1:
        yield f"{len(rows)} rows"
        return
    cells = [cell.text for cell in rows[0]]
    for words in _in_words(harness, incident):
        if words not in cells:
            yield f"the row does not say {words}"


def _wrong_with_report(harness: Harness, incident: Incident) -> Iterator[str]:
    if not incident.document_id:
        yield "there is no report"
        return
    text = harness.google.document_text(incident.document_id)
    for words in _in_words(harness, incident):
        if words not in text:
            yield f"the report does not say {words}"


def _in_words(harness: Harness, incident: Incident) -> list[str]:
    """What row and report say of an incident."""
    users = harness.slack.workspace.users
    people = [users[user] for user in (incident.commander, incident.operations_lead) if user]
    return [
        incident.title,
        f"#{incident.channel_name}",
        ENGLISH.severity_of(incident),
        ENGLISH.status_of(incident),
        *(person.display_name or person.real_name for person in people),
    ]


def shows(message: Message, content: Content) -> bool:
    """Whether a message shows this, and nothing else."""
    blocks = [block.to_dict() for block in content.blocks]
    if message.text != content.text or len(message.blocks) != len(blocks):
        return False
    return all(
        shown == block or {**shown, "block_id": ""} == {**block, "block_id": ""}
        for shown, block in zip(message.blocks, blocks, strict=True)
    )


def _message(harness: Harness, place: Mapping[str, Any]) -> Message | None:
    return harness.slack.workspace.messages.get(str(place.get("ts", "")))
