"""Google Calendar: events.

Source: https://developers.google.com/workspace/calendar/api/v3/reference/events.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from .errors import ApiError, invalid, unimplemented
from .operations import Json, Operation, Request
from .state import State, rfc3339

_WRITTEN = frozenset({
    "id", "summary", "description", "location", "start", "end", "attendees", "extendedProperties",
    "reminders", "transparency", "visibility", "status", "source", "guestsCanModify", "guestsCanInviteOthers",
})  # fmt: skip
_ID = re.compile(r"[a-v0-9]{5,1024}")
"""What an event's id may be: base32hex in small letters (Calendar's reference of `Event.id`)."""


class Calendar:
    """Calendar's methods; a calendar comes to be with its first event."""

    def __init__(self, state: State) -> None:
        self._state = state

    def operations(self) -> dict[str, Operation]:
        """Every method there is, by name."""
        one = frozenset({"calendarId", "eventId"})
        listing = frozenset(
            {"calendarId", "timeMin", "timeMax", "privateExtendedProperty", "singleEvents", "orderBy"}
        )
        return {
            "events.insert": Operation(self._insert, frozenset({"calendarId", "sendUpdates"}), _WRITTEN),
            "events.get": Operation(self._get, one),
            "events.list": Operation(self._list, listing),
            "events.patch": Operation(self._patch, one | {"sendUpdates"}, _WRITTEN - {"id"}),
        }

    def _insert(self, request: Request) -> Json:
        body = request.body
        for name in ("start", "end"):
            if not body.get(name):
                raise invalid(f"Missing {name} time.", "required")
        _check_times(body)
        events = self._state.events.setdefault(request.parameters["calendarId"], {})
        event_id = body.get("id", secrets.token_hex(13))
        if not _ID.fullmatch(event_id):
            raise invalid("Invalid resource id value.")
        if event_id in events:
            raise ApiError(409, "The requested identifier already exists.", "duplicate")
        now = rfc3339(self._state.clock())
        event = {"kind": "calendar#event", "status": "confirmed", "created": now, "updated": now}
        events[event_id] = {**event, **body, "id": event_id}
        return events[event_id]

    def _get(self, request: Request) -> Json:
        return self._event(request)

    def _list(self, request: Request) -> Json:
        parameters = request.parameters
        found = [
            event
            for event in self._state.events.get(parameters["calendarId"], {}).values()
            if event["status"] != "cancelled"
            and (
                "timeMin" not in parameters
                or _moment(event["end"]) > datetime.fromisoformat(parameters["timeMin"])
            )
            and (
                "timeMax" not in parameters
                or _moment(event["start"]) < datetime.fromisoformat(parameters["timeMax"])
            )
            and all(_has(event, pair) for pair in parameters.get("privateExtendedProperty", []))
        ]
        order = parameters.get("orderBy", "updated")
        found.sort(
            key=lambda event: (
                _moment(event["start"]).isoformat() if order == "startTime" else event["updated"]
            )
        )
        return {"kind": "calendar#events", "summary": parameters["calendarId"], "items": found}

    def _patch(self, request: Request) -> Json:
        event = self._event(request)
        patched = {**event, **request.body, "updated": rfc3339(self._state.clock())}
        _check_times(patched)
        self._state.events[request.parameters["calendarId"]][event["id"]] = patched
        return patched

    def _event(self, request: Request) -> Json:
        event = self._state.events.get(request.parameters["calendarId"], {}).get(
            request.parameters["eventId"]
        )
        if event is None:
            raise ApiError(404, "Not Found")
        return event


def _check_times(event: Json) -> None:
    if "recurrence" in event:
        raise unimplemented("recurring events")
    for name in ("start", "end"):
        if len(event[name].keys() & {"date", "dateTime"}) != 1:
            raise invalid(f"Invalid {name} time.")
    if _moment(event["end"]) < _moment(event["start"]):
        raise invalid("The specified time range is empty.", "timeRangeEmpty")


def _moment(time: Json) -> datetime:
    """A start or end as a moment; a day begins at midnight UTC."""
    if "date" in time:
        return datetime.fromisoformat(time["date"]).replace(tzinfo=UTC)
    return datetime.fromisoformat(time["dateTime"])


def _has(event: Json, pair: str) -> bool:
    name, _, value = pair.partition("=")
    properties: dict[str, str] = event.get("extendedProperties", {}).get("private", {})
    return properties.get(name) == value
