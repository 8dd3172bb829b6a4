"""The receipt sees what is missing, doubled or wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from incident.sandbox import verification
from incident.sandbox.verification import Verification
from incident.sandbox.world import World
from tests.e2e.by_hand import OPENER, TITLE, ByHand

STEPS = [
    "Channel",
    "Video call",
    "Report",
    "Links shared",
    "Tracking row",
    "Roles",
    "Announcement",
    "Opener's receipt",
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, processes=False) as world:
        yield world


@pytest.fixture
def hand(world: World) -> ByHand:
    return ByHand(world)


def inspect(world: World, known: frozenset[str] = frozenset()) -> Verification:
    return verification.inspect(world.slack.workspace, world.google, title=TITLE, opener=OPENER, known=known)


def wrong(result: Verification) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {line.step: (len(line.found), line.problems) for line in result.lines if not line.ok}


def test_everything_once_is_in_order(world: World, hand: ByHand) -> None:
    hand.everything()
    result = inspect(world)
    assert wrong(result) == {}
    assert result.ok
    assert result.incident == hand.incident
    assert [line.step for line in result.lines] == STEPS
    assert result.text().splitlines()[0] == f"Incident {hand.incident}: {TITLE}"
    assert hand.meet in result.text()
    assert hand.report_url in result.text()


def test_nothing_is_eight_things_missing(world: World) -> None:
    result = inspect(world)
    assert [line.step for line in result.lines if line.found] == []
    assert not result.ok
    assert result.text().count("missing") == 8


def test_what_was_known_before_does_not_count(world: World, hand: ByHand) -> None:
    hand.everything()
    known = verification.everything(world.slack.workspace, world.google)
    assert len(wrong(inspect(world, known))) == 8
    ByHand(world, "2026-11-23-second22", channel="incident-2026-11-23-database-is-down-2").everything()
    result = inspect(world, known)
    assert wrong(result) == {}
    assert result.incident == "2026-11-23-second22"


@pytest.mark.parametrize(
    ("again", "step"),
    [
        (lambda hand: hand.make_channel("-2"), "Channel"),
        (lambda hand: (hand.make_call(), hand.brief()), "Video call"),
        (ByHand.make_report, "Report"),
        (ByHand.brief, "Links shared"),
        (ByHand.mark, "Links shared"),
        (ByHand.add_row, "Tracking row"),
        (ByHand.announce, "Announcement"),
        (ByHand.tell_opener, "Opener's receipt"),
    ],
)
def test_sees_what_is_doubled(
    again: Callable[[ByHand], object], step: str, world: World, hand: ByHand
) -> None:
    hand.everything()
    again(hand)
    assert step in wrong(inspect(world))


@pytest.mark.parametrize(
    ("missing", "step"),
    [
        ("make_call", "Video call"),
        ("fill_report", "Report"),
        ("set_topic", "Roles"),
        ("brief", "Links shared"),
        ("mark", "Links shared"),
        ("add_row", "Tracking row"),
        ("announce", "Announcement"),
        ("tell_opener", "Opener's receipt"),
    ],
)
def test_sees_what_is_missing(
    missing: str, step: str, world: World, hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "make_call":  # made, but shared nowhere
        monkeypatch.setattr(hand, "make_call", lambda: setattr(hand, "meet", "https://meet.example/abc"))
    else:
        monkeypatch.setattr(hand, missing, lambda: None)
    hand.everything()
    assert step in wrong(inspect(world))


class Unpinned(ByHand):
    def brief(self, pin: bool = False) -> None:
        super().brief(pin)


class OtherLead(ByHand):
    def set_topic(self, commander: str = "U0ZOE") -> None:
        super().set_topic(commander)


class OtherTitle(ByHand):
    def add_row(self, title: str = "something else") -> None:
        super().add_row(title)


class OtherPlace(ByHand):
    def announce(self, channel: str = "") -> None:
        super().announce(channel or self.channel)


class PlaceholderLeft(ByHand):
    def fill_report(self, **_: str) -> None:
        super().fill_report(status="{{status}}")


class OtherIncident(ByHand):
    def add_row(self, title: str = TITLE) -> None:
        own, self.incident = self.incident, "2026-11-23-other222"
        super().add_row(title)
        self.incident = own


@pytest.mark.parametrize(
    ("kind", "step", "count", "problems"),
    [
        (Unpinned, "Links shared", 1, ("it is not pinned",)),
        (OtherLead, "Roles", 0, ()),
        (OtherTitle, "Tracking row", 1, ("it does not hold the title as it was typed",)),
        (OtherPlace, "Announcement", 1, ("it is not in #incident-sre",)),
        (PlaceholderLeft, "Report", 1, ("{{status}} is not filled in",)),
        (OtherIncident, "Tracking row", 1, ("it belongs to incident 2026-11-23-other222",)),
    ],
)
def test_sees_what_is_wrong(
    kind: type[ByHand], step: str, count: int, problems: tuple[str, ...], world: World
) -> None:
    kind(world).everything()
    assert wrong(inspect(world)) == {step: (count, problems)}
