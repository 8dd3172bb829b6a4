"""Following an incident: its updates in person, without joining its channel. By the button on the board."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Press, Spec, Text
from incident.model.facts import FactKind

FOLLOW, UNFOLLOW = "incident.follow", "incident.unfollow"
"""action_ids of the buttons; their value is the incident's channel."""

TEXT = {
    "en": Text((), "", "", done="You get its updates in person from now on.", label="Follow"),
    "fr": Text((), "", "", done="Vous en recevrez désormais les mises à jour.", label="Suivre"),
}
UNFOLLOW_TEXT = {
    "en": Text((), "", "", done="You get its updates no more.", label="Unfollow"),
    "fr": Text((), "", "", done="Vous n’en recevrez plus les mises à jour.", label="Ne plus suivre"),
}


@dataclass(frozen=True, slots=True)
class Follow:
    """Have the updates of the incident in `channel`, a Slack id, in person."""

    channel: str


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Have them no more."""

    channel: str


def _follow(press: Press) -> Follow | None:
    return Follow(press.value) if press.value else None


def _unfollow(press: Press) -> Unfollow | None:
    return Unfollow(press.value) if press.value else None


COMMAND = Spec(
    Follow,
    workflow="quiet",
    text=TEXT,
    about=lambda command: command.channel,
    states=lambda _command, _said: (FactKind.FOLLOWED, {"follows": True}),
    buttons={FOLLOW: _follow},
)
UNFOLLOWING = Spec(
    Unfollow,
    workflow="quiet",
    text=UNFOLLOW_TEXT,
    about=lambda command: command.channel,
    states=lambda _command, _said: (FactKind.FOLLOWED, {"follows": False}),
    buttons={UNFOLLOW: _unfollow},
)
