"""Fifty incidents in a minute, against services that enforce what they publish of their limits."""

from __future__ import annotations

import heapq
from collections import Counter
from datetime import UTC, datetime
from itertools import count

import pytest

from incident.model.interaction import Interaction, Kind
from incident.sandbox.google.state import DOCUMENT
from incident.sandbox.verification import BRIEFING, CHANNEL
from tests.faults.harness import PLACE, Harness
from tests.faults.invariants import channel_named, event_type, said
from tests.faults.pushes import backoffs
from tests.faults.stores import undone

INCIDENTS = 50
MOST_SLEPT = 20.0
"""Seconds that any one thread of a worker may pause in one delivery, in-call retries all told."""
MOST_DELIVERIES = 100
MOST_SECONDS = 3600.0
"""In which all fifty are to be there."""

TICK = Interaction("tick", Kind.TICK, datetime(2026, 1, 1, tzinfo=UTC), "", "", "", {})


@pytest.mark.timeout(300)
def test_a_burst_loses_nothing_and_doubles_nothing(harness: Harness) -> None:
    harness.slack.enforce_rate_limits = True
    harness.google.enforce_quotas = True
    began = harness.clock.ahead
    waiting = [
        (60.0 * number / INCIDENTS, number, 1, harness.say(f"/incident number {number} of a bad day", PLACE))
        for number in range(INCIDENTS)
    ]
    longest = 0.0
    numbers = count(INCIDENTS)
    heapq.heappush(waiting, (60.0, next(numbers), 1, TICK))
    while waiting:
        due, number, attempt, message = heapq.heappop(waiting)
        now = harness.clock.ahead - began
        harness.later(max(0.0, due - now))
        delivered = harness.deliver(message, attempt)
        longest = max(longest, delivered.slept)
        now = max(due, now)
        for sent in harness.deliveries.sent:
            heapq.heappush(waiting, (now, next(numbers), 1, sent))
        harness.deliveries.sent.clear()
        if not delivered.acknowledged:
            assert attempt < MOST_DELIVERIES
            heapq.heappush(waiting, (now + _backoff(attempt), number, attempt + 1, message))
        elif message is TICK and (waiting or harness.under_way()):
            assert now < MOST_SECONDS, harness.under_way()
            heapq.heappush(waiting, (now + 60.0, next(numbers), 1, TICK))
    assert longest <= MOST_SLEPT
    assert undone(harness.store) == {}
    assert _wrong(harness) == []


def _backoff(attempt: int) -> float:
    return next(backoff for number, backoff in enumerate(backoffs(), 1) if number == attempt)


def _wrong(harness: Harness) -> list[str]:
    """What is missing or doubled of fifty incidents."""
    workspace, google = harness.slack.workspace, harness.google
    channels = [c for c in workspace.channels.values() if c.creator == workspace.bot.id and c.name]
    documents = [f for f in google.files() if "incident" in f.app_properties and f.mime_type == DOCUMENT]
    rows = google.sheet_rows(harness.workspace.spreadsheet_id, harness.workspace.sheet)[1:]
    announced = said(harness, channel_named(harness, CHANNEL).id)
    lines = Counter((m.channel, m.subtype) for m in workspace.messages.values() if m.subtype)
    counts = {
        "channels": len(channels),
        "reports": len({f.app_properties["incident"] for f in documents}),
        "all reports": len(documents),
        "filled reports": sum("{{" not in google.document_text(f.id) for f in documents),
        "rows": len({row[0].text for row in rows}),
        "all rows": len(rows),
        "announcements": len({str(m.metadata) for m in announced}),
        "all announcements": len(announced),
        "calls": len(google.spaces()),
        "briefings": sum(event_type(m) == BRIEFING for m in workspace.messages.values()),
        "pins": sum(len(c.pins) == 1 for c in channels),
        "topics": sum(lines[c.id, "channel_topic"] == 1 for c in channels),
        "purposes": sum(lines[c.id, "channel_purpose"] == 1 for c in channels),
        "channels with two bookmarks": sum(
            len({b.link for b in workspace.bookmarks.values() if b.channel == c.id}) == 2 for c in channels
        ),
        "bookmarks": len(workspace.bookmarks) / 2,
        "receipts": sum(
            f"<#{c.id}>" in m.text for c in channels for m in workspace.messages.values() if m.ephemeral_to
        ),
    }
    return [f"{count} {what}" for what, count in counts.items() if count != INCIDENTS]
