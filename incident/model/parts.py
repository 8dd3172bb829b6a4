"""The parts of an incident that have a life of their own: calls for help, action items, decisions. Pure.

They are kept in the snapshot as plain JSON (`Incident.calls` and so on); these are typed views of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from incident.model.incident import Incident


class When(StrEnum):
    """When an action item is done: now, or as planned work of the team that owns it."""

    NOW = "now"
    PLANNED = "planned"


class Coming(StrEnum):
    """What a person who was called in has answered."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Call:
    """People were called in.

    Attributes:
        id: of the run that did it.
        by: Slack user id of who called.
        at: when.
        reason: why, as Slack sent it; empty for none.
        users: Slack user ids of the people called, members of groups included; empty until that is known.
        groups: ids of the groups called.
        missing: those of `users` who could not be invited.
        answers: by Slack user id, a `Coming`.
    """

    id: str
    by: str
    at: datetime
    reason: str
    users: tuple[str, ...]
    groups: tuple[str, ...]
    missing: tuple[str, ...]
    answers: Mapping[str, str]

    @classmethod
    def of(cls, id_: str, stored: Mapping[str, Any]) -> Self:
        """The call that is stored so."""
        return cls(
            id_,
            stored.get("by", ""),
            datetime.fromisoformat(stored["at"]),
            stored.get("reason", ""),
            tuple(stored.get("users", ())),
            tuple(stored.get("groups", ())),
            tuple(stored.get("missing", ())),
            dict(stored.get("answers", {})),
        )


@dataclass(frozen=True, slots=True)
class Action:
    """Something that is to be done.

    Attributes:
        id: of the run that said it.
        text: as Slack sent it.
        by: Slack user id of who said it.
        at: when.
        when: a `When`.
        owner: Slack user id; empty for nobody yet.
    """

    id: str
    text: str
    by: str
    at: datetime
    when: str
    owner: str

    @classmethod
    def of(cls, id_: str, stored: Mapping[str, Any]) -> Self:
        """The action that is stored so."""
        return cls(
            id_,
            stored.get("text", ""),
            stored.get("by", ""),
            datetime.fromisoformat(stored["at"]),
            stored.get("when", When.PLANNED),
            stored.get("owner", ""),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that was decided.

    Attributes:
        id: of the run that said it.
        text: as Slack sent it.
        by: Slack user id of who said it.
        at: when.
        rejected_by: of the incident commander who said that it is not so; empty where it stands.
    """

    id: str
    text: str
    by: str
    at: datetime
    rejected_by: str

    @classmethod
    def of(cls, id_: str, stored: Mapping[str, Any]) -> Self:
        """The decision that is stored so."""
        at = datetime.fromisoformat(stored["at"])
        return cls(id_, stored.get("text", ""), stored.get("by", ""), at, stored.get("rejected_by", ""))


def calls_of(incident: Incident) -> list[Call]:
    """All calls for help, oldest first."""
    return sorted((Call.of(id_, one) for id_, one in incident.calls.items() if "at" in one), key=_age)


def actions_of(incident: Incident) -> list[Action]:
    """All action items, oldest first."""
    return sorted((Action.of(id_, one) for id_, one in incident.actions.items() if "at" in one), key=_age)


def decisions_of(incident: Incident) -> list[Decision]:
    """All decisions that stand, oldest first."""
    found = (Decision.of(id_, one) for id_, one in incident.decisions.items() if "at" in one)
    return sorted((one for one in found if not one.rejected_by), key=_age)


def _age(part: Call | Action | Decision) -> tuple[datetime, str]:
    return part.at, part.id
