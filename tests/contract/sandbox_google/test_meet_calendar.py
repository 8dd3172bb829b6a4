from __future__ import annotations

import pytest

from tests.contract.sandbox_google.support import Google, refusal


def test_a_space_lives_on(google: Google) -> None:
    spaces = google.meet.spaces()
    created = spaces.create(body={"config": {"accessType": "OPEN"}}).execute()
    assert created["meetingUri"] == f"{google.root}/meet/{created['meetingCode']}"
    assert created["config"] == {"accessType": "OPEN", "entryPointAccess": "ALL"}
    patched = spaces.patch(
        name=created["name"], updateMask="config.accessType", body={"config": {"accessType": "RESTRICTED"}}
    ).execute()
    assert patched["config"]["accessType"] == "RESTRICTED"
    assert spaces.get(name=f"spaces/{created['meetingCode']}").execute() == patched
    assert refusal(spaces.endActiveConference(name=created["name"]))[0] == 400
    conference = google.stand_in.join(created["meetingCode"])
    assert spaces.get(name=created["name"]).execute()["activeConference"] == {"conferenceRecord": conference}
    assert spaces.endActiveConference(name=created["name"], body={}).execute() == {}
    assert refusal(spaces.get(name="spaces/none"))[0] == 404
    assert refusal(spaces.patch(name=created["name"], updateMask="config.color", body={}))[0] == 400
    assert [space.name for space in google.stand_in.spaces()] == [created["name"]]


def test_events(google: Google) -> None:
    events = google.calendar.events()
    body = {
        "summary": "Postmortem",
        "start": {"dateTime": "2026-11-25T10:00:00-05:00"},
        "end": {"dateTime": "2026-11-25T11:00:00-05:00"},
        "extendedProperties": {"private": {"incident": "i1"}},
    }
    created = events.insert(calendarId="primary", body=body).execute()
    moved = events.patch(calendarId="primary", eventId=created["id"], body={"summary": "Review"}).execute()
    assert events.get(calendarId="primary", eventId=created["id"]).execute() == moved
    found = events.list(calendarId="primary", privateExtendedProperty="incident=i1").execute()["items"]
    assert [event["summary"] for event in found] == ["Review"]
    assert events.list(calendarId="primary", timeMin="2026-11-26T00:00:00Z").execute()["items"] == []
    assert refusal(events.insert(calendarId="primary", body={"start": body["start"]}))[:2] == (
        400,
        "required",
    )


@pytest.mark.parametrize("event_id", ["abcd", "incident-1", "ABCDE", "review_1", "wxyz0", "a" * 1025])
def test_an_events_own_id_is_base32hex(google: Google, event_id: str) -> None:
    when = {"dateTime": "2026-11-25T10:00:00-05:00"}
    insert = google.calendar.events().insert
    body = {"start": when, "end": when}
    assert refusal(insert(calendarId="primary", body={**body, "id": event_id}))[0] == 400
    assert insert(calendarId="primary", body={**body, "id": "abuv0"}).execute()["id"] == "abuv0"
    assert refusal(insert(calendarId="primary", body={**body, "id": "abuv0"}))[0] == 409
