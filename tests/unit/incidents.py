"""Incidents, and a command of each kind with what it states and the line it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident.commands.action import AddAction, ChangeAction
from incident.commands.adopt import AdoptSeverity, AdoptStatus, AdoptTitle, ExplainCell
from incident.commands.archiving import NoteArchived, NoteUnarchived
from incident.commands.card import ShowStatus
from incident.commands.channel_name import FollowName
from incident.commands.close import AskToClose, Close
from incident.commands.commander import AcceptCommand, TakeCommand
from incident.commands.communications import LeadCommunications
from incident.commands.decision import Decide, RejectDecision
from incident.commands.declare import Declare
from incident.commands.did import RecordDone
from incident.commands.explain import ExplainSeverity
from incident.commands.findings import AddFindings
from incident.commands.follow import Follow, Unfollow
from incident.commands.form import CompleteForm
from incident.commands.handover import HandOver
from incident.commands.help import ShowHelp
from incident.commands.line import Line
from incident.commands.listing import ListIncidents
from incident.commands.look import LookAgain
from incident.commands.mark import FollowDeletion, FollowEdit, MarkMessage, UnmarkMessage
from incident.commands.note import Note
from incident.commands.operations import LeadOperations
from incident.commands.page import AnswerCall, CallIn
from incident.commands.progress import SetStatus
from incident.commands.question import (
    Answer,
    AnswerIncident,
    AnswerPerson,
    AskFor,
    AskWhatWasMeant,
    AskWhichIncident,
)
from incident.commands.reflect import Reflect
from incident.commands.refusal import Reason, Refuse
from incident.commands.registry import spec_of
from incident.commands.rename import Rename
from incident.commands.reopen import Reopen
from incident.commands.resolve import Resolve
from incident.commands.retry import Retry
from incident.commands.scribe import KeepNotes
from incident.commands.severity import SetSeverity
from incident.commands.spec import Change, Said
from incident.commands.trash import TellTrashed
from incident.commands.undo import Undo
from incident.commands.update import PostUpdate
from incident.commands.vacancy import AskWhoLeads
from incident.model.facts import Fact, FactKind, declaration
from incident.model.fold import fold
from incident.model.incident import Incident

ALICE, BENOIT, ANA = "U0ALICE", "U0BENOIT", "U0ANA"
"""The incident commander, a person who is asked for things, and the one who gives the commands here."""
TIMEZONE = ZoneInfo("America/Montreal")
DECLARED_AT = datetime(2026, 11, 23, 8, 4, 5, tzinfo=UTC)
SAID_AT = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
RUN = "command-" + "k" * 26

EXAMPLES: tuple[Any, ...] = (
    Declare("down", "sev2", {"channel": "C1", "ts": "1.2"}),
    LeadOperations(BENOIT),
    LeadCommunications(BENOIT),
    KeepNotes(BENOIT),
    TakeCommand(BENOIT),
    TakeCommand(),
    AcceptCommand("offer"),
    HandOver({"incident_commander": BENOIT, "scribe": ANA}),
    HandOver({"incident_commander": BENOIT}),
    HandOver({"operations_lead": BENOIT, "scribe": ANA}),
    CallIn([BENOIT, "S0ONCALL"], "the disk is full"),
    AnswerCall("call", "yes"),
    PostUpdate("it is back", "monitoring", "15"),
    PostUpdate("it is back"),
    SetStatus("identified"),
    SetStatus("monitoring", "it is back"),
    SetSeverity("sev1", "it spreads"),
    SetSeverity("sev4"),
    ExplainSeverity("run", "it is over"),
    Note("the deploy went out", "14:05"),
    RecordDone("restarted the workers"),
    Decide("we fail over"),
    RejectDecision("C1", "decision"),
    AddAction("rotate the key", "https://slack.example/p1"),
    ChangeAction("action", when="now"),
    Resolve("rolled back", "nobody could pay", "2026-11-23T19:00:00+00:00", "alert"),
    Resolve(outcome="false_alarm"),
    Resolve("all went well", outcome="exercise"),
    Reopen("errors are back"),
    Reopen(),
    AddFindings(impact="nobody could pay", learnt="luck", outcome="exercise"),
    ShowStatus(joined=True),
    Undo("run.noted"),
    Retry("run"),
    Rename("payments time out"),
    ShowHelp(),
    ListIncidents(),
    Follow("C1"),
    Unfollow("C1"),
    MarkMessage("C1", "17.1", content={"text": "look", "files": [["graph.png", ""]]}),
    MarkMessage("C1", "17.1", "memo"),
    UnmarkMessage("C1", "17.1", "memo"),
    FollowEdit("C1", "17.1", {"text": "look there"}),
    FollowDeletion("C1", "17.1"),
    AskWhatWasMeant("x"),
    AskWhichIncident("update"),
    AskFor("SetSeverity"),
    Answer("run", declares=True),
    AnswerIncident("run", "C1"),
    AnswerPerson("run", BENOIT),
    CompleteForm("PostUpdate", "V1"),
    Refuse(Reason.NOT_ASKED, BENOIT),
    AskWhoLeads(ALICE),
    AskToClose(),
    Close("close-x", "C1", 7),
    Close("close-x", "C1", 0),
    NoteArchived(),
    NoteUnarchived(),
    Reflect(),
    AdoptStatus("monitoring", "monitoring"),
    AdoptStatus("resolved", "closed"),
    AdoptStatus("resolved", "Resolved (false alarm)", "false_alarm"),
    AdoptSeverity("sev2", "2"),
    AdoptSeverity("", "Severity not set"),
    AdoptTitle("payments time out", " payments  time out"),
    ExplainCell("status", "ask Bob"),
    ExplainCell("severity", "2 hours"),
    LookAgain("row"),
    FollowName(),
    TellTrashed("document"),
)
"""A command of each kind, and of those whose lines differ each that does."""


def started(title: str = "down", severity: str | None = None) -> Incident:
    """An incident that Alice declared, with its channel."""
    declared = declaration(
        "declares", "2026-11-23-4k7wm2zt", title=title, day="2026-11-23", at=DECLARED_AT, opener=ALICE,
        team="T1", severity=severity,
    )  # fmt: skip
    place = {"channel_id": "C012AB", "channel_name": "incident-down"}
    return fold(
        fold(None, declared), Fact("declares.channel", FactKind.CHANNEL_CREATED, DECLARED_AT, "", place)
    )


def state(command: Any, incident: Incident | None = None) -> Fact:
    """The fact that a command of Ana's states."""
    states = spec_of(command).states
    assert states
    kind, data = states(command, Said(ANA, SAID_AT, TIMEZONE, incident or started()))
    return Fact(f"{RUN}.{kind}", kind, SAID_AT, ANA, data)


def change_of(command: Any, incident: Incident | None = None) -> Change[Any]:
    """The change that a command of Ana's makes."""
    before, data, fact_id = incident or started(), dict[str, Any](), f"{RUN}.asked"
    after: Incident = before
    if spec_of(command).states:
        fact = state(command, before)
        after, data, fact_id = fold(before, fact), dict(fact.data), fact.id
    return Change(command, data, fact_id, ANA, SAID_AT, after)


def line_of(command: Any, locale: str, incident: Incident | None = None) -> Line:
    """What the channel reads of a command of Ana's."""
    line = spec_of(command).line
    assert line
    return line(change_of(command, incident), locale)


def leaves_a_line(command: Any) -> bool:
    """Whether the channel reads anything of it."""
    return spec_of(command).line is not None


def after(incident: Incident, *facts: tuple[str, str, str, Mapping[str, Any]]) -> Incident:
    """The incident after facts: run, kind, who said it and data of each; a second between them."""
    for number, (run, kind, by, data) in enumerate(facts):
        at = SAID_AT.replace(second=number + 1)
        incident = fold(incident, Fact(f"{run}.{kind}", kind, at, by, data))
    return incident
