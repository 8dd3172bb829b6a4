"""People sort, insert rows and edit cells while the bot writes, also between its look and its write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.messages.english import ENGLISH
from incident.sandbox.faults import Call, Moment
from incident.surfaces.columns import Column
from tests.worker.bot import Bot, running
from tests.worker.scene import Scene

PLACES = {column: place for place, column in enumerate(Column)}
NOTES = len(Column)
BATCH = "sheets.spreadsheets.batchUpdate"
TITLES = ("alpha", "bravo", "charlie")
STATUSES = {"Investigating": "investigating", "cause trouvée": "identified", "monitoring": "monitoring"}
SEVERITIES = {"SEV1": "sev1", "2": "sev2", "sev3 minor": "sev3", "SEV4, low": "sev4"}

incidents = st.integers(0, len(TITLES) - 1)
edits = st.one_of(
    st.tuples(st.just("status"), incidents, st.sampled_from(sorted(STATUSES))),
    st.tuples(st.just("severity"), incidents, st.sampled_from(sorted(SEVERITIES))),
)
hands = st.one_of(
    edits,
    st.tuples(st.just("sort"), st.sampled_from(range(len(Column))), st.booleans()),
    st.tuples(st.just("insert"), st.integers(1, len(TITLES) + 1), st.just("")),
    st.tuples(st.just("move"), st.integers(1, len(TITLES)), st.integers(1, len(TITLES))),
    st.tuples(st.just("note"), incidents, st.sampled_from(["ask Bob", "=1+1", "Resolved"])),
)
says = st.tuples(
    incidents,
    st.sampled_from(["investigating", "identified", "monitoring", "severity 1", "severity 3", "ol @chidi"]),
)
steps = st.lists(st.tuples(says, st.lists(hands, max_size=4), st.lists(hands, max_size=2)), max_size=4)


@dataclass
class Stage:
    """Three incidents, what people made of their rows, and what should be so."""

    bot: Bot
    scenes: list[Scene]
    expected: list[dict[str, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    inserted: int = 0

    @property
    def tab(self) -> tuple[str, str]:
        return self.bot.workspace.spreadsheet_id, self.bot.workspace.sheet

    def rows(self) -> list[list[str]]:
        return [[cell.text for cell in row] for row in self.bot.google.sheet_rows(*self.tab)]

    def row(self, number: int) -> int:
        return [row[0] for row in self.rows()].index(self.scenes[number].id)

    def do(self, hand: Sequence[Any]) -> None:
        """A person's hand."""
        person, (kind, one, other) = self.bot.google.person, hand
        match kind:
            case "sort":
                person.sort(*self.tab, one, descending=bool(other))
            case "insert":
                person.insert_row(*self.tab, one, ["", f"mine {self.inserted}"])
                self.inserted += 1
            case "move":
                person.move_row(*self.tab, one, other)
            case "note":
                person.set_cell(*self.tab, self.row(one), NOTES, str(other))
                shown = self.rows()[self.row(one)][NOTES]
                self.notes[self.scenes[one].id] = shown
            case "status" | "severity":
                place = PLACES[Column(str(kind))]
                person.set_cell(*self.tab, self.row(one), place, str(other))
                meant = {**STATUSES, **SEVERITIES}[str(other)]
                self.expected[one][str(kind)] = meant

    def settle(self) -> None:
        for _ in range(3):
            self.bot.minute()

    def check(self) -> None:
        """Every decision counts, every row is there once and shows what is so, nothing else is touched."""
        for scene, expected in zip(self.scenes, self.expected, strict=True):
            now = scene.now
            assert {"status": now.status, "severity": now.severity or ""} == expected
            (row,) = [row for row in self.rows() if row[0] == now.id]
            assert row[PLACES[Column.TITLE]] == now.title
            assert row[PLACES[Column.STATUS]] == ENGLISH.status_of(now)
            assert row[PLACES[Column.SEVERITY]] == ENGLISH.severity_of(now)
            assert row[PLACES[Column.CHANNEL]] == f"#{now.channel_name}"
            assert row[PLACES[Column.DATE]] == now.date.isoformat()
            assert row[NOTES:][:1] == [self.notes[now.id]] if now.id in self.notes else not any(row[NOTES:])
        ids = {scene.id for scene in self.scenes}
        own = sorted([cell for cell in row if cell] for row in self.rows()[1:] if row[0] not in ids)
        assert [row for row in own if row] == sorted([f"mine {number}"] for number in range(self.inserted))


@contextmanager
def staged() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as bot:
        scenes = [Scene.begin(bot, title) for title in TITLES]
        expected = [{"status": "investigating", "severity": ""} for _ in scenes]
        yield Stage(bot, scenes, expected)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_every_decision_counts_whatever_happens_meanwhile(plan: list[tuple[Any, ...]]) -> None:
    with staged() as stage:
        left: list[Sequence[Any]] = []

        def interfere(call: Call, moment: Moment) -> None:
            if (call.name, moment) == (BATCH, "arrived"):
                while left:
                    stage.do(left.pop(0))

        stage.bot.fault_injector.watch(interfere)
        for (number, text), meanwhile, after in plan:
            kind, _, level = text.partition(" ")
            if kind == "severity":
                stage.expected[number]["severity"] = f"sev{level}"
            elif kind != "ol":
                stage.expected[number]["status"] = kind
            left += meanwhile
            stage.scenes[number].say(text)
            while left:  # nothing was written
                stage.do(left.pop(0))
            for hand in after:
                stage.do(hand)
            stage.settle()
            stage.check()
