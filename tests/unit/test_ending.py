"""Resolving, reopening and what is known afterwards: what is understood, what it states, and how it reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident.commands import findings
from incident.commands.findings import FIELDS, TO_COME, AddFindings
from incident.commands.lasting import after as lasted
from incident.commands.lasting import duration
from incident.commands.line import Line, Moment, People
from incident.commands.progress import SetStatus
from incident.commands.refusal import Reason, Refuse
from incident.commands.registry import OpenForm, parse_form, parse_text, spec_of
from incident.commands.reopen import COMMAND as REOPENING
from incident.commands.reopen import Reopen
from incident.commands.resolve import COMMAND, Resolve
from incident.commands.severity import SetSeverity
from incident.commands.spec import Change, Said
from incident.commands.update import ENDS, PostUpdate
from incident.messages.card import summary
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.messages.incident import topic
from incident.model.facts import Fact, FactKind
from incident.model.fold import fold, replay
from incident.model.incident import Finding, Incident, Outcome, Status
from tests.unit.incidents import ALICE, ANA, DECLARED_AT, SAID_AT, TIMEZONE, after, started

BEGAN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
EPOCH = int(BEGAN.timestamp())
LATER = SAID_AT + timedelta(hours=1)


def stated(command: Any, incident: Incident, at: datetime = SAID_AT, run: str = "run") -> Fact:
    states = spec_of(command).states
    assert states
    kind, data = states(command, Said(ANA, at, TIMEZONE, incident))
    return Fact(f"{run}.{kind}", kind, at, ANA, data)


def line(command: Any, fact: Fact, incident: Incident, locale: str = "en") -> Line:
    made = spec_of(command).line
    assert made
    return made(Change(command, fact.data, fact.id, fact.by, fact.at, incident), locale)


def resolved(command: Resolve, incident: Incident | None = None) -> tuple[Incident, Fact]:
    before = incident or started()
    fact = stated(command, before)
    return fold(before, fact), fact


def sentence(said: Line) -> str:
    return said.text.format(person="Ana", **{name: str(part) for name, part in said.parts.items()})


# What is understood.


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("resolve rolled back *all* &amp; <@U0ANA|ana>", Resolve("rolled back *all* &amp; <@U0ANA|ana>")),
        ("résolu  on a tout annulé", Resolve("on a tout annulé")),
        ("resolve false alarm", Resolve("", outcome="false_alarm")),
        ("resolve False alarm: the probe was wrong", Resolve("the probe was wrong", outcome="false_alarm")),
        ("résoudre fausse alerte : la sonde", Resolve("la sonde", outcome="false_alarm")),
        ("resolved exercise. well done", Resolve("well done", outcome="exercise")),
        ("résoudre exercice", Resolve("", outcome="exercise")),
        ("resolve exercise caution next time", Resolve("exercise caution next time")),
        ("resolve false alarms silenced", Resolve("false alarms silenced")),
        ("reopen", Reopen()),
        ("rouvrir les erreurs reviennent", Reopen("les erreurs reviennent")),
    ],
)
def test_what_is_typed(text: str, meant: object) -> None:
    assert parse_text(text, in_incident=True) == meant


def test_what_a_form_holds() -> None:
    values = {
        "fix": " rolled <back> ",
        "impact": "nobody & nothing",
        "began": EPOCH,
        "learnt": "alert",
        "outcome": [],
    }
    assert parse_form("resolve", values) == Resolve(
        "rolled &lt;back&gt;", "nobody &amp; nothing", BEGAN.isoformat(), "alert"
    )
    assert parse_form("resolve", {"fix": "x", "outcome": ["false_alarm"]}) == Resolve(
        "x", outcome="false_alarm"
    )
    both = {"fix": "x", "outcome": ["false_alarm", "exercise"]}
    assert parse_form("resolve", both) == Resolve("x", outcome="exercise")
    assert parse_form("resolve", {"impact": "all else", "fix": " \n"}) == OpenForm()


@pytest.mark.parametrize("hostile", [True, -1, 0, 10**10, 10**30, "17", [17], None, 1.5])
def test_a_moment_that_is_none_is_not_known(hostile: object) -> None:
    assert parse_form("resolve", {"fix": "x", "began": hostile}) == Resolve("x")


def test_what_is_added_later_is_never_nothing() -> None:
    assert parse_form("findings", {"impact": "  ", "began": "", "outcome": []}) == OpenForm()
    assert parse_form("findings", {"noticed": EPOCH}) == AddFindings(noticed_at=BEGAN.isoformat())
    assert {one.id for one in findings.form("en").fields} == set(FIELDS["en"])
    assert all(one.is_optional for one in findings.form("fr").fields)


def test_one_thing_alone_is_needed_to_resolve() -> None:
    assert COMMAND.form
    assert [one.id for one in COMMAND.form("en").fields if not one.is_optional] == ["fix"]


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_time_that_is_to_come_is_a_mistake(locale: str) -> None:
    later = int(SAID_AT.timestamp()) + 60
    found = findings.mistakes({"began": later, "noticed": EPOCH, "impact": "x"}, SAID_AT, locale)
    assert found == {"began": TO_COME[locale]}
    assert COMMAND.mistakes is findings.COMMAND.mistakes is findings.mistakes
    assert findings.mistakes({"began": int(SAID_AT.timestamp())}, SAID_AT, locale) == {}


# What it states.


def test_only_what_is_given_is_stated() -> None:
    assert stated(Resolve("rolled back"), started()).data == {"fix": "rolled back", "outcome": ""}
    assert stated(Resolve("", outcome="exercise"), started()).data == {"outcome": "exercise"}
    to_come = (SAID_AT + timedelta(hours=1)).isoformat()
    assert "began_at" not in stated(Resolve("x", began_at=to_come), started()).data
    assert stated(AddFindings(noticed_at=to_come, impact="x"), started()).data == {"impact": "x"}


def test_what_is_resolved_twice_was_over_the_first_time() -> None:
    incident, _ = resolved(Resolve("first"))
    again = stated(Resolve("second"), incident, LATER, "again")
    incident = fold(incident, again)
    assert incident.resolved_at == SAID_AT
    assert incident.found(Finding.FIX) == "second"


def test_only_what_is_over_can_be_reopened() -> None:
    incident, _ = resolved(Resolve("x"))
    assert REOPENING.check(Reopen(), Said(ANA, LATER, TIMEZONE, incident)) is None
    refused = REOPENING.check(Reopen(), Said(ANA, LATER, TIMEZONE, started()))
    assert refused == Refuse(Reason.NOT_RESOLVED)


def test_a_reopened_incident_is_as_before_and_its_next_update_counts_from_then() -> None:
    told = after(started(), ("u", "update_posted", ALICE, {"text": "x", "promise": "none"}))
    incident, _ = resolved(Resolve("x", outcome="false_alarm"), told)
    assert incident.next_update is None
    fact = stated(Reopen("it is back"), incident, LATER, "reopens")
    incident = fold(incident, fact)
    assert incident.status == Status.INVESTIGATING
    assert incident.resolved_at is None
    assert incident.reopened_at == LATER
    assert incident.found(Finding.OUTCOME) == incident.found(Finding.FIX) == ""
    assert incident.next_update == LATER + timedelta(minutes=30)
    assert fact.data["next"] == incident.next_update.isoformat()
    assert Incident.from_dict(incident.to_dict()) == incident


@pytest.mark.parametrize("command", [SetStatus("monitoring"), SetStatus("identified", "new words")])
def test_another_status_reopens_and_says_so(command: SetStatus) -> None:
    closed = after(started(), ("c", "closed", ALICE, {}))
    incident, _ = resolved(Resolve("x", outcome="exercise"), closed)
    fact = stated(command, incident, LATER, "sets")
    incident = fold(incident, fact)
    assert incident.is_open
    assert incident.closed_at is None
    assert incident.found(Finding.OUTCOME) == ""
    said = line(command, fact, incident)
    assert "reopen" in said.text + "".join(said.more)
    told = line(command, stated(command, started()), started())
    assert "reopen" not in told.text + "".join(told.more)


def test_what_is_said_after_the_end_promises_nothing() -> None:
    incident, _ = resolved(Resolve("x"))
    update = PostUpdate("all quiet")
    assert "next" not in stated(update, incident, LATER).data
    severity = SetSeverity("sev1")
    assert "updates every" not in sentence(line(severity, stated(severity, incident, LATER), incident))
    assert "updates every" in sentence(line(severity, stated(severity, started()), started()))


@pytest.mark.parametrize("kind", [FactKind.RESOLVED, FactKind.REOPENED])
def test_the_end_and_the_reopening_can_be_taken_back(kind: FactKind) -> None:
    declared = Fact("d.declared", FactKind.DECLARED, DECLARED_AT, ALICE, {"id": "i", "status": "identified"})
    end = Fact("r.resolved", FactKind.RESOLVED, SAID_AT, ANA, {"fix": "x", "outcome": ""})
    again = Fact("o.reopened", FactKind.REOPENED, SAID_AT + timedelta(minutes=1), ANA, {"reason": ""})
    facts = [declared, end] + ([again] if kind is FactKind.REOPENED else [])
    undo = Fact("u.undone", FactKind.UNDONE, SAID_AT + timedelta(minutes=2), ANA, {"fact": facts[-1].id})
    incident = replay([*facts, undo])
    assert incident
    assert incident.status == ("resolved" if kind is FactKind.REOPENED else "identified")
    assert incident.resolved_at == (SAID_AT if kind is FactKind.REOPENED else None)


# How it reads.


@pytest.mark.parametrize(
    ("time", "english", "french"),
    [
        (timedelta(seconds=-5), "less than a minute", "moins d’une minute"),
        (timedelta(seconds=59), "less than a minute", "moins d’une minute"),
        (timedelta(seconds=60), "1 min", "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min", "59 min"),
        (timedelta(hours=1), "1 h", "1 h"),
        (timedelta(hours=1, minutes=2), "1 h 02 min", "1 h 02 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min", "23 h 59 min"),
        (timedelta(days=2, minutes=59), "2 d", "2 j"),
        (timedelta(days=2, hours=3), "2 d 3 h", "2 j 3 h"),
    ],
)
def test_how_long_it_lasted(time: timedelta, english: str, french: str) -> None:
    assert (duration(time, "en"), duration(time, "fr")) == (english, french)


def test_a_duration_says_from_when_it_counts() -> None:
    incident, _ = resolved(Resolve("x"))
    assert lasted(incident, SAID_AT, "en") == "11 h 25 min after it was declared"
    known, _ = resolved(Resolve("x", began_at=BEGAN.isoformat()))
    assert lasted(known, SAID_AT, "en") == "12 h 30 min after it began"
    assert lasted(known, SAID_AT, "fr") == "12 h 30 min après son début"
    late, _ = resolved(Resolve("x"))
    late = fold(
        late, stated(AddFindings(began_at=(LATER - timedelta(minutes=1)).isoformat()), late, LATER, "f")
    )
    assert lasted(late, SAID_AT, "en") == "11 h 25 min after it was declared", (
        "it cannot end before it begins"
    )


def test_the_line_says_who_how_long_and_what_fixed_it() -> None:
    command = Resolve("rolled back")
    incident, fact = resolved(
        command, after(started(), ("c", "call_started", "", {"meet_space": "s", "meet_url": "u"}))
    )
    said = line(command, fact, incident)
    assert sentence(said) == "✅ Resolved by Ana, 11 h 25 min after it was declared:"
    assert said.quote == "rolled back"
    assert list(said.more) == ["The call stays open."]
    assert [button.action_id for button in said.buttons] == ["form.AddFindings", "incident.reopen"]
    assert sentence(line(command, fact, incident, "fr")).endswith("après son ouverture\u00a0:")


def test_the_line_follows_what_is_known_later() -> None:
    command = Resolve("rolled back", impact="few noticed")
    incident, fact = resolved(command)
    more = AddFindings("restarted it", began_at=BEGAN.isoformat(), learnt="luck")
    incident = fold(incident, stated(more, incident, LATER, "finds"))
    said = line(command, fact, incident)
    assert "12 h 30 min after it began" in sentence(said)
    assert said.parts["fix"] == "restarted it"
    assert said.parts["impact"] == "few noticed"
    assert said.parts["began_at"] == Moment(BEGAN)
    assert said.parts["learnt"] == "By luck"


def test_the_line_names_what_cannot_wait() -> None:
    before = after(
        started(),
        ("a1", "action_added", ALICE, {"text": "rotate &lt;it&gt;", "when": "now", "owner": ANA}),
        ("a2", "action_added", ALICE, {"text": "add a {test}", "when": "planned", "owner": ""}),
        *(
            (f"b{n}", "action_added", ALICE, {"text": f"now {n}", "when": "now", "owner": ""})
            for n in range(6)
        ),
    )
    incident, fact = resolved(Resolve("x"), before)
    said = line(Resolve("x"), fact, incident)
    (sentence_,) = said.more
    assert "*now*" in sentence_
    assert said.parts["action_0"] == "rotate <it>"
    assert said.parts["owner_0"] == People([ANA])
    assert "{action_4} (nobody owns it yet)" in sentence_
    assert "and 2 more" in sentence_
    assert "test" not in str(said.parts)


@pytest.mark.parametrize(
    ("outcome", "thanks"), [("false_alarm", "calling it was right"), ("exercise", "everybody")]
)
def test_what_was_nothing_or_practice_is_thanked_for(outcome: str, thanks: str) -> None:
    command = Resolve(outcome=outcome)
    incident, fact = resolved(command)
    said = line(command, fact, incident)
    assert sentence(said).endswith("after it was declared.")
    assert thanks in said.more[0]
    assert "No review needed." in said.more[0]
    assert said.parts["opener"] == People([ALICE])
    for say in (ENGLISH, FRENCH):
        assert say.status_of(incident) == ENDS[say.locale][Outcome(outcome)]
        assert ENDS[say.locale][Outcome(outcome)] in summary(say, fact)


def test_it_turns_out_later_that_it_was_nothing() -> None:
    command = Resolve("restarted it")
    incident, fact = resolved(command)
    incident = fold(incident, stated(AddFindings(outcome="false_alarm"), incident, LATER, "finds"))
    assert sentence(line(command, fact, incident)).startswith("✅ A false alarm, says Ana")


def test_an_end_that_stands_no_more_offers_nothing() -> None:
    command = Resolve("first", outcome="exercise")
    incident, fact = resolved(command)
    reopened = fold(incident, stated(Reopen(), incident, LATER, "reopens"))
    again = fold(reopened, stated(Resolve("second"), reopened, LATER + timedelta(hours=1), "again"))
    for now in (reopened, again):
        said = line(command, fact, now)
        assert not said.buttons
        assert not said.more
        assert "11 h 25 min" in sentence(said)
        assert "exercise" in said.text


def test_the_topic_says_that_it_is_over() -> None:
    incident, _ = resolved(Resolve("x"))
    assert topic(ENGLISH, incident) == "✅ Resolved · down"
    assert topic(FRENCH, incident) == "✅ Résolu · down"
    assert "IC" in topic(ENGLISH, started())


def test_the_story_tells_of_both() -> None:
    incident, fact = resolved(Resolve("rolled &amp; back"))
    assert summary(ENGLISH, fact) == "✅ Resolved · rolled & back"
    assert summary(ENGLISH, stated(Reopen("it is back"), incident, LATER)).endswith("· it is back")
    assert summary(FRENCH, stated(Reopen(), incident, LATER)) == "↩ L’incident est de nouveau ouvert."
