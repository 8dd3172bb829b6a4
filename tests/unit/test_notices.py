"""Which notices follow from how things stand; that each is said once is what tests/faults/ is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from incident.engine.workflow import Attempt, Result, RunSnapshot, Step
from incident.messages.english import ENGLISH
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.incident import Deliverable, Incident
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.services.slack import MessageTag, Posted
from incident.workflows.notices import progress_notices
from incident.workflows.registry import WORKFLOWS, deliverable

FOLLOWS = progress_notices(
    {"document": Deliverable.REPORT, "report": Deliverable.REPORT, "opener": Deliverable.INVITATIONS}
)
CHANNEL, PERSON, TEAM = (f"notice.report.{reader}" for reader in ("channel", "person", "team"))
LATE = TransientError("docs", "http 503")
REFUSED = PermanentError("drive", "notFound")
BOTH = {"document": {"url": "https://docs.example.org/1"}, "report": {}}
INCIDENT = Incident(
    id="2026-11-23-4k7wm2zt",
    title="down",
    date=date(2026, 11, 23),
    declared_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
    declared_by="U1",
)
IN_CHANNEL = {"channel": {"channel_id": "C1"}}


def said(state: str, channel: str = "C1") -> Result:
    """What is on record of a notice that was posted."""
    return {"channel": channel, "ts": "1.0", "state": state}


@dataclass
class Recorder:
    """What is asked of Slack."""

    posted: list[tuple[str, str]] = field(default_factory=list)
    edited: list[tuple[Posted, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    there: list[Posted] = field(default_factory=list)

    def post(self, channel: str, message: Message, tag: MessageTag) -> Posted:  # noqa: ARG002
        self.posted.append((channel, message.text))
        return Posted("C1", "1.0")

    def edit(self, posted: Posted, message: Message, tag: MessageTag) -> None:  # noqa: ARG002
        self.edited.append((posted, message.text))

    def find(self, channel: str, tag: MessageTag, since: float) -> Posted | None:  # noqa: ARG002
        return self.there[0] if self.there else None

    def find_all(self, channel: str, tag: MessageTag, since: float) -> list[Posted]:  # noqa: ARG002
        return self.there

    def delete(self, posted: Posted) -> None:
        self.deleted.append(posted.ts)


@dataclass
class Work:
    """A run of which one step fails."""

    slack: Recorder = field(default_factory=Recorder)
    person: str = "U1"
    run_id: str = "run"
    incident: Incident | None = INCIDENT
    command: Any = None
    stated: Mapping[str, Any] = field(default_factory=dict)
    stale_lines: Sequence[Any] = ()
    say: Words = ENGLISH

    @property
    def services(self) -> Any:
        return SimpleNamespace(
            slack=self.slack, public=lambda render: render(ENGLISH), announcement_channel="incident-sre"
        )

    def about(self) -> Incident:
        assert self.incident
        return self.incident

    def since(self) -> float:
        return 0.0

    def tag(self, kind: str, key: str = "") -> MessageTag:
        return MessageTag(kind, "2026-11-23-4k7wm2zt", key)


def steps(
    results: Mapping[str, Result],
    failures: Mapping[str, StepError] | None = None,
    *started: str,
    work: Work | None = None,
) -> dict[str, Step[Any]]:
    """The steps that follow and are still to be done, by name."""
    asked: Any = work or Work()
    snapshot = RunSnapshot(results, failures or {}, frozenset(started))
    return {step.name: step for step in FOLLOWS(asked, snapshot) if step.name not in results}


def test_what_is_neither_late_nor_there_is_not_spoken_of() -> None:
    assert steps({}) == steps(IN_CHANNEL) == {}
    assert steps({**IN_CHANNEL, "document": {}}) == {}


def test_what_was_never_late_is_not_spoken_of() -> None:
    assert steps({**IN_CHANNEL, **BOTH}) == {}


@pytest.mark.parametrize("failure", [LATE, REFUSED])
@pytest.mark.parametrize("step", ["document", "report"])
def test_what_is_late_or_has_failed_is_one_message_in_the_channel(failure: StepError, step: str) -> None:
    assert [*steps(IN_CHANNEL, {step: failure})] == [f"{CHANNEL}.0"]
    assert [*steps(IN_CHANNEL, {"document": LATE, "report": failure})] == [f"{CHANNEL}.0"]


def test_the_same_is_not_said_again() -> None:
    results = {**IN_CHANNEL, f"{CHANNEL}.0": said("late")}
    assert steps(results, {"document": LATE}) == {}
    assert steps({**results, f"{CHANNEL}.1": said("failed")}, {"document": REFUSED}) == {}


@pytest.mark.parametrize(("failures", "state"), [({"document": REFUSED}, "failed"), ({}, "there")])
def test_as_it_goes_the_message_is_edited(failures: dict[str, StepError], state: str) -> None:
    work = Work()
    results = {**IN_CHANNEL, f"{CHANNEL}.0": said("late"), **({} if failures else BOTH)}
    following = steps(results, failures, work=work)
    assert [*following] == [f"{CHANNEL}.1"]
    edit = following[f"{CHANNEL}.1"]
    assert edit.run(work, Attempt(results)).values == said(state)
    assert [posted for posted, _ in work.slack.edited] == [Posted("C1", "1.0")]
    assert work.slack.posted == []
    assert steps({**results, f"{CHANNEL}.1": said(state)}, failures) == {}


def test_what_failed_and_is_tried_again_is_late_and_then_there() -> None:
    results = {**IN_CHANNEL, f"{CHANNEL}.0": said("failed")}
    assert [*steps(results, {"document": LATE})] == [f"{CHANNEL}.1"]
    results[f"{CHANNEL}.1"] = said("late")
    assert [*steps({**results, **BOTH})] == [f"{CHANNEL}.2"]


def test_it_is_there_when_all_of_it_is() -> None:
    results = {**IN_CHANNEL, f"{CHANNEL}.0": said("late")}
    assert steps({**results, "document": {}}) == {}
    assert [*steps({**results, **BOTH})] == [f"{CHANNEL}.1"]


def test_a_message_of_which_a_look_alone_tells_is_edited_to_how_things_stand() -> None:
    """What was found bears its state nowhere."""
    assert [*steps({**IN_CHANNEL, f"{CHANNEL}.0": said("")}, {"document": LATE})] == [f"{CHANNEL}.1"]
    assert [*steps({**IN_CHANNEL, **BOTH, f"{CHANNEL}.0": said("")})] == [f"{CHANNEL}.1"]


def test_it_is_found_out_whether_it_was_posted_before_it_is_said_to_be_there() -> None:
    work = Work()
    following = steps({**IN_CHANNEL, **BOTH}, {}, f"{CHANNEL}.0", work=work)
    assert [*following] == [f"{CHANNEL}.0"]
    settle = following[f"{CHANNEL}.0"]
    assert settle.find_existing
    assert settle.find_existing(work, Attempt({})) is None
    assert settle.run(work, Attempt({})).values == {}
    assert (work.slack.posted, work.slack.edited) == ([], [])
    work.slack.there = [Posted("C1", "1.0")]
    found = settle.find_existing(work, Attempt({}))
    assert found
    assert found.values == said("")
    assert steps({**IN_CHANNEL, **BOTH, f"{CHANNEL}.0": {}}, {}, f"{CHANNEL}.0") == {}


def test_a_stray_that_was_posted_late_is_deleted() -> None:
    work = Work()
    post = steps(IN_CHANNEL, {"document": LATE}, work=work)[f"{CHANNEL}.0"]
    work.slack.there = [Posted("C1", "1.0"), Posted("C1", "2.0")]
    assert post.sweep
    post.sweep(work, Attempt({f"{CHANNEL}.0": said("late")}))
    assert work.slack.deleted == ["2.0"]


@pytest.mark.parametrize(
    ("failure", "readers"), [(LATE, [f"{PERSON}.0"]), (REFUSED, [f"{PERSON}.0", f"{TEAM}.0"])]
)
def test_without_a_channel_the_person_is_told_and_of_a_failure_the_team(
    failure: StepError, readers: list[str]
) -> None:
    work = Work()
    following = steps({}, {"document": failure}, work=work)
    assert [*following] == readers
    for step in following.values():
        step.run(work, Attempt({}))
    assert [place for place, _ in work.slack.posted] == ["U1", "incident-sre"][: len(readers)]
    assert all("down" in text for _, text in work.slack.posted), "the title is said where it is not known"


def test_where_the_channel_refuses_the_notice_the_person_is_told() -> None:
    failures: dict[str, StepError] = {
        "document": LATE,
        f"{CHANNEL}.0": PermanentError("slack", "is_archived"),
    }
    assert [*steps(IN_CHANNEL, failures)] == [f"{PERSON}.0"]
    failures[f"{CHANNEL}.0"] = TransientError("slack", "http 503")
    assert [*steps(IN_CHANNEL, failures)] == [f"{CHANNEL}.0"]


def test_who_is_not_in_the_channel_is_told_in_person() -> None:
    assert [*steps(IN_CHANNEL, {"opener": LATE})] == ["notice.invitations.person.0"]


def test_who_was_told_in_person_is_told_there_that_it_is_there() -> None:
    results = {f"{PERSON}.0": said("late", "D1"), **IN_CHANNEL, **BOTH}
    assert [*steps(results)] == [f"{PERSON}.1"]


def test_where_nobody_asked_nobody_is_told_in_person() -> None:
    alone = Work(person="", incident=None)
    assert steps({}, {"document": LATE}, work=alone) == {}
    assert [*steps({}, {"document": REFUSED}, work=alone)] == [f"{TEAM}.0"]


SILENT = {
    # answers to the person who asked: where one does not come they see it themselves
    "receipt", "thanks", "answer", "card", "list", "question", "which", "menu", "form", "refusal",
    # told besides the channel's line, which says the same and has a notice of its own
    "commander",
    # nothing is missing without it: a button too many for a moment; a link
    "close_undo", "source",
    # they only decide, or state, or tell a person what the line does not
    "due", "reopen", "kept_out",
    # who marks a message goes on talking: the channel is spared a line about it, the log has one
    "read",
    # the tick looks again; a name is asked for again at the next event
    "look", "name",
}  # fmt: skip
"""Steps of which nobody is told that they are late or have failed.

Nor are they of what follows from how a run went: notes for the holders of roles, updates for followers, the
edits of lines, and the notices themselves.
"""


@pytest.mark.parametrize("name", WORKFLOWS)
def test_of_every_step_that_people_wait_for_it_is_known_what_they_miss(name: str) -> None:
    for step in WORKFLOWS[name].plan:
        assert (deliverable(name, step) is None) == (step in SILENT), step


def test_no_step_is_silent_that_there_is_not() -> None:
    assert set().union(*(workflow.plan for workflow in WORKFLOWS.values())) >= SILENT


@pytest.mark.parametrize("failure", [LATE, REFUSED])
@pytest.mark.parametrize(
    ("workflow", "step"), [(name, step) for name in WORKFLOWS for step in sorted(WORKFLOWS[name].plan)]
)
def test_a_workflow_says_what_is_missed_of_it_and_nothing_else(
    workflow: str, step: str, failure: StepError
) -> None:
    """What the registry has, as the retry and the status read it, is what the channel is told."""
    asked: Any = Work(incident=replace(INCIDENT, channel_id="C1"))
    following = WORKFLOWS[workflow].follows(asked, RunSnapshot({}, {step: failure}, frozenset()))
    missed = deliverable(workflow, step)
    if missed is None:
        assert not following
        return
    (notice,) = following
    in_person = missed in {Deliverable.CHANNEL, Deliverable.INVITATIONS}
    assert notice.name == f"notice.{missed}.{'person' if in_person else 'channel'}.0"
