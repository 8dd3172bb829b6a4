"""The grammar of `/incident`."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from json import dumps, loads
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.commands.action import OWNER, ChangeAction
from incident.commands.card import SHOW, ShowStatus
from incident.commands.commander import ACCEPT, TAKE, AcceptCommand, TakeCommand
from incident.commands.communications import LeadCommunications
from incident.commands.decision import REJECT, RejectDecision
from incident.commands.declare import FORM, SEVERITY, TITLE, Declare, of_message
from incident.commands.follow import FOLLOW, UNFOLLOW, Follow, Unfollow
from incident.commands.form import CompleteForm
from incident.commands.handover import HandOver
from incident.commands.help import ShowHelp
from incident.commands.listing import ListIncidents
from incident.commands.mark import FollowDeletion, FollowEdit, MarkMessage, UnmarkMessage
from incident.commands.page import AnswerCall
from incident.commands.question import (
    ANSWER_DECLARE,
    ANSWER_INCIDENT,
    ANSWER_PERSON,
    ANSWER_UPDATE,
    Answer,
    AnswerIncident,
    AnswerPerson,
    AskFor,
    AskWhatWasMeant,
    AskWhichIncident,
)
from incident.commands.refusal import Reason, Refuse
from incident.commands.registry import (
    COMMANDS,
    MORE,
    Ignore,
    OpenForm,
    UnknownCommandError,
    begins_with_verb,
    from_dict,
    parse,
    parse_form,
    parse_text,
    shortcuts,
    spec_named,
    spec_of,
    to_dict,
    typed,
)
from incident.commands.rename import Rename
from incident.commands.retry import RETRY, Retry
from incident.commands.role import NO_ONE
from incident.commands.scribe import KeepNotes
from incident.commands.severity import CHOICE, SetSeverity
from incident.commands.spec import Chosen, Press, Scope, Shortcut, Spec, plain
from incident.commands.undo import UNDO, Undo
from incident.commands.update import PostUpdate
from incident.commands.vacancy import AskWhoLeads
from incident.model.facts import FactKind
from incident.model.fold import fold
from incident.model.incident import Severity
from incident.model.interaction import Interaction, Kind
from incident.model.locale import LOCALES
from incident.model.slack_message import Content
from incident.model.slack_text import as_typed, escape, one_line
from tests.unit.hostile import NASTY, anything
from tests.unit.incidents import ALICE, ANA, BENOIT, EXAMPLES, line_of, started, state

WORDS = {verb for spec in typed() for verb in spec.verbs}
IN_INCIDENT = {verb for spec in typed() if spec.scope is Scope.IN_INCIDENT for verb in spec.verbs}
REACTION: dict[str, Any] = {
    "type": "reaction_added",
    "user": "U2",
    "reaction": "memo",
    "item": {"type": "message", "channel": "C1", "ts": "17.1"},
}
CHANGED: dict[str, Any] = {"type": "message", "subtype": "message_changed", "channel": "C1"}
SPECS = pytest.mark.parametrize("spec", COMMANDS, ids=[spec.name for spec in COMMANDS])


def interaction(kind: Kind, payload: dict[str, Any]) -> Interaction:
    return Interaction("id", kind, datetime(2026, 11, 23, tzinfo=UTC), "U1", "T1", "C1", payload)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("database is down", Declare("database is down")),
        ("status page is down", Declare("status page is down")),
        ("update server is down", Declare("update server is down")),
        ("update", AskWhichIncident("update")),
        (" Update ", AskWhichIncident("Update")),
        ("DÉCISION", AskWhichIncident("DÉCISION")),
        ("update \u202e", AskWhichIncident("update \u202e")),
        ("list", ListIncidents()),
        ("Liste", ListIncidents()),
        ("list of users is empty", Declare("list of users is empty")),
        ("help me the site is down", Declare("help me the site is down")),
        ("helpdesk is down", Declare("helpdesk is down")),
        ("resolve", Declare("resolve")),
        ("close", Declare("close")),
        ("severity 2", Declare("severity 2")),
        ("sev", AskWhichIncident("sev")),
        ("gravité 1", Declare("gravité 1")),
        ("ask &lt;b&gt; &amp;amp; <@U0ZOE|zoe>", Declare("ask <b> &amp; @zoe")),
        ("  two\n lines\there ", Declare("two lines here")),
        (escape(NASTY), Declare(NASTY)),
        ("help", ShowHelp()),
        (" HELP ", ShowHelp()),
        ("Aide", ShowHelp()),
        ("", OpenForm()),
        (" \n\t ", OpenForm()),
        ("\u202e\u2066", OpenForm()),
        ("\x00", OpenForm()),
    ],
)
def test_in_an_ordinary_channel_every_text_declares(text: str, command: object) -> None:
    assert parse_text(text, in_incident=False) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("update the database is back", PostUpdate("the database is back")),
        ("Update  the database\nis back", PostUpdate("the database\nis back")),
        ("update\nfirst\nsecond", PostUpdate("first\nsecond")),
        ("update\u00a0c’est réparé", PostUpdate("c’est réparé")),
        ("update", AskFor("PostUpdate")),
        ("updates are late", AskWhatWasMeant("updates are late")),
        ("another thing broke", AskWhatWasMeant("another thing broke")),
        ("help me", AskWhatWasMeant("help me")),
        ("help", ShowHelp()),
        ("aide", ShowHelp()),
        ("", OpenForm()),
        ("update ask <@U0ZOE> &amp; see <#C1|x>", PostUpdate("ask <@U0ZOE> &amp; see <#C1|x>")),
        ("màj c’est réparé", PostUpdate("c’est réparé")),
        ("maj c’est réparé", PostUpdate("c’est réparé")),
        ("severity 2", SetSeverity("sev2")),
        ("SEVERITY  SEV1", SetSeverity("sev1")),
        ("sev sev 3", SetSeverity("sev3")),
        ("gravité 4", SetSeverity("sev4")),
        ("gravite 4.", SetSeverity("sev4")),
        ("sev 1, it <@U0ZOE> spreads", SetSeverity("sev1", "it <@U0ZOE> spreads")),
        ("sev 2\nas it spreads", SetSeverity("sev2", "as it spreads")),
        ("severity", AskFor("SetSeverity")),
        ("severity  ", AskFor("SetSeverity")),
        ("severity \u202e", AskFor("SetSeverity")),
        ("list", ListIncidents()),
        ("list all", AskWhatWasMeant("list all")),
        ("severity high", AskWhatWasMeant("severity high")),
        ("severity 0", AskWhatWasMeant("severity 0")),
        ("severity 5", AskWhatWasMeant("severity 5")),
        ("severity 22", AskWhatWasMeant("severity 22")),
        ("severity 2nd", AskWhatWasMeant("severity 2nd")),
        ("severity -1", AskWhatWasMeant("severity -1")),
        ("severity ²", AskWhatWasMeant("severity ²")),
        ("severity2", AskWhatWasMeant("severity2")),
        ("severityx 2", AskWhatWasMeant("severityx 2")),
    ],
)
def test_in_an_incidents_channel_known_commands_are_commands_and_other_text_asks(
    text: str, command: object
) -> None:
    assert parse_text(text, in_incident=True) == command


def said_in(command: Any) -> str:
    """The people's own words in a command."""
    if isinstance(command, Rename | Declare):
        return ""  # on one line, and not as Slack sent it
    return str(getattr(command, "text", "") or getattr(command, "reason", ""))


@given(
    st.one_of(anything, st.builds("{} {}".format, st.sampled_from(sorted(WORDS)), anything)), st.booleans()
)
def test_no_text_is_lost(text: str, in_incident: bool) -> None:
    first, _, rest = one_line(as_typed(text)).partition(" ")
    match parse_text(text, in_incident=in_incident):
        case Declare(title):
            assert not in_incident
            assert title == one_line(as_typed(text.strip()))
        case AskWhatWasMeant(kept):
            assert in_incident
            assert kept == text.strip()
        case AskWhichIncident(kept):
            assert not in_incident
            assert kept == text.strip()
            assert plain(first) in WORDS
            assert not rest
        case AskFor(command):
            assert in_incident
            assert plain(one_line(as_typed(text))) in spec_named(command).verbs
        case OpenForm():
            assert one_line(as_typed(text)) == ""
        case command:
            assert plain(first) in spec_of(command).verbs
            assert text.strip().endswith(said_in(command))
            assert in_incident or spec_of(command).scope is Scope.ANYWHERE


@given(st.text(min_size=1), st.sampled_from(sorted(WORDS)))
def test_a_verb_with_something_after_it_declares_in_an_ordinary_channel(rest: str, word: str) -> None:
    text = f"{word} {rest}"
    if one_line(as_typed(rest)):
        assert parse_text(text, in_incident=False) == Declare(one_line(as_typed(text.strip())))


@pytest.mark.parametrize("verb", sorted(IN_INCIDENT))
def test_a_verb_of_an_incidents_channel_alone_asks_in_an_ordinary_one(verb: str) -> None:
    assert parse_text(verb, in_incident=False) == AskWhichIncident(verb)
    assert parse_text(f" {verb.upper()}\n", in_incident=False) == AskWhichIncident(verb.upper())


@pytest.mark.parametrize(
    ("values", "command"),
    [
        ({TITLE: "down"}, Declare("down")),
        ({TITLE: " two\nlines ", SEVERITY: "sev2"}, Declare("two lines", Severity.SEV2)),
        ({TITLE: "down", SEVERITY: ""}, Declare("down")),
        ({TITLE: "down", SEVERITY: "sev9"}, Declare("down")),
        ({TITLE: " \n "}, OpenForm()),
        ({TITLE: None}, OpenForm()),
        ({}, OpenForm()),
    ],
)
def test_a_form(values: dict[str, Any], command: object) -> None:
    assert parse_form(FORM, values) == command
    sent = interaction(Kind.FORM, {"callback_id": FORM, "values": values})
    assert parse(sent, in_incident=True) == command


@pytest.mark.parametrize(
    ("kind", "payload", "command"),
    [
        (Kind.COMMAND, {"text": "down"}, Declare("down")),
        (Kind.COMMAND, {"text": "ask <@U0ZOE|zoe> &amp; &lt;b&gt;\x07"}, Declare("ask @zoe & <b>")),
        (Kind.COMMAND, {"text": "&amp;lt;"}, Declare("&lt;")),
        (Kind.BUTTON, {"action_id": ANSWER_DECLARE, "value": "run"}, Answer("run", declares=True)),
        (Kind.BUTTON, {"action_id": ANSWER_UPDATE, "value": "run"}, Answer("run", declares=False)),
        (Kind.BUTTON, {"action_id": RETRY, "value": "run"}, Retry("run")),
        (Kind.BUTTON, {"action_id": CHOICE, "value": "sev2"}, SetSeverity("sev2")),
        (Kind.BUTTON, {"action_id": MORE, "value": SHOW}, ShowStatus()),
        (Kind.BUTTON, {"action_id": UNDO, "value": "run.noted"}, Undo("run.noted")),
        (Kind.BUTTON, {"action_id": ACCEPT, "value": "run/U1"}, AcceptCommand("run")),
        (Kind.BUTTON, {"action_id": ACCEPT, "value": "run/U2"}, Refuse(Reason.NOT_ASKED, "U2")),
        (Kind.BUTTON, {"action_id": TAKE, "value": "run"}, TakeCommand("U1")),
        (Kind.BUTTON, {"action_id": "call.yes", "value": "run"}, AnswerCall("run", "yes")),
        (Kind.BUTTON, {"action_id": "call.no", "value": "run"}, AnswerCall("run", "no")),
        (Kind.BUTTON, {"action_id": "action.now", "value": "run"}, ChangeAction("run", when="now")),
        (Kind.BUTTON, {"action_id": "action.planned", "value": "run"}, ChangeAction("run", when="planned")),
        (
            Kind.BUTTON,
            {"action_id": OWNER, "value": "U2", "block_id": "action:run"},
            ChangeAction("run", owner="U2"),
        ),
        (Kind.BUTTON, {"action_id": REJECT, "value": "C1/run"}, RejectDecision("C1", "run")),
        (Kind.BUTTON, {"action_id": FOLLOW, "value": "C1"}, Follow("C1")),
        (Kind.BUTTON, {"action_id": UNFOLLOW, "value": "C1"}, Unfollow("C1")),
        (
            Kind.BUTTON,
            {"action_id": ANSWER_INCIDENT, "value": "C1", "block_id": "question:run"},
            AnswerIncident("run", "C1"),
        ),
        (
            Kind.BUTTON,
            {"action_id": ANSWER_PERSON, "value": "U2", "block_id": "question:run"},
            AnswerPerson("run", "U2"),
        ),
        (
            Kind.BUTTON,
            {"action_id": "form.PostUpdate", "value": "PostUpdate", "view": "V1", "context": "{}"},
            CompleteForm("PostUpdate", "V1", "{}"),
        ),
        (
            Kind.SHORTCUT,
            {"callback_id": "timeline.add", "message": {"ts": "1.2", "text": "x"}},
            AskWhichIncident(command=to_dict(MarkMessage("C1", "1.2", content=Content(text="x").to_dict()))),
        ),
        (
            Kind.SHORTCUT,
            {"callback_id": "declare.message", "message": {"ts": "1.2", "text": "\n*down*\nmore"}},
            Declare("*down*", source={"channel": "C1", "ts": "1.2", "text": "\n*down*\nmore"}),
        ),
        (Kind.SHORTCUT, {"callback_id": "declare.anywhere"}, OpenForm()),
        (Kind.EVENT, {"event": {"type": "member_joined_channel", "user": "U2"}}, ShowStatus(joined=True)),
        (Kind.EVENT, {"event": {"type": "member_left_channel", "user": "U2"}}, AskWhoLeads("U2")),
        (Kind.EVENT, {"event": REACTION}, MarkMessage("C1", "17.1", "memo")),
        (
            Kind.EVENT,
            {"event": {**REACTION, "type": "reaction_removed"}},
            UnmarkMessage("C1", "17.1", "memo"),
        ),
        (
            Kind.EVENT,
            {"event": {**CHANGED, "message": {"ts": "17.1", "text": "up", "edited": {"ts": "18.1"}}}},
            FollowEdit("C1", "17.1", Content(text="up", is_edited=True).to_dict()),
        ),
        (
            Kind.EVENT,
            {"event": {**CHANGED, "message": {"ts": "17.1", "subtype": "tombstone"}}},
            FollowDeletion("C1", "17.1"),
        ),
        (
            Kind.EVENT,
            {"event": {**CHANGED, "subtype": "message_deleted", "deleted_ts": "17.1"}},
            FollowDeletion("C1", "17.1"),
        ),
    ],
)
def test_what_an_interaction_means(kind: Kind, payload: dict[str, Any], command: object) -> None:
    assert parse(interaction(kind, payload), in_incident=False) == command


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.BUTTON, {"action_id": ANSWER_UPDATE, "value": ""}),
        (Kind.BUTTON, {"action_id": RETRY, "value": ""}),
        (Kind.BUTTON, {"action_id": CHOICE, "value": "sev9"}),
        (Kind.BUTTON, {"action_id": CHOICE, "value": ["sev1"]}),
        (Kind.BUTTON, {"action_id": UNDO}),
        (Kind.BUTTON, {"action_id": ACCEPT, "value": "run"}),
        (Kind.BUTTON, {"action_id": ACCEPT, "value": "/U1"}),
        (Kind.BUTTON, {"action_id": REJECT, "value": "run"}),
        (Kind.BUTTON, {"action_id": FOLLOW, "value": ""}),
        (Kind.BUTTON, {"action_id": OWNER, "value": "U2", "block_id": "run"}),
        (Kind.BUTTON, {"action_id": OWNER, "value": "", "block_id": "action:run"}),
        (Kind.BUTTON, {"action_id": ANSWER_INCIDENT, "value": "C1", "block_id": "run"}),
        (Kind.BUTTON, {"action_id": ANSWER_PERSON, "value": "", "block_id": "question:run"}),
        (Kind.BUTTON, {"action_id": "form.PostUpdate", "value": "PostUpdate"}),
        (Kind.SHORTCUT, {"callback_id": "action.message", "message": {"ts": "1.2", "text": " \n"}}),
        (Kind.EVENT, {"event": {"type": "member_left_channel"}}),
        (Kind.EVENT, {"event": {"type": "member_joined_channel", "user": ["U2"]}}),
        (Kind.EVENT, {"event": "member_joined_channel"}),
        (Kind.EVENT, {"event": {"type": "message"}}),
        (Kind.EVENT, {"event": {**CHANGED, "subtype": ""}}),
        (Kind.EVENT, {"event": {**CHANGED, "message": "x"}}),
        (Kind.EVENT, {"event": {**CHANGED, "message": {"ts": "now", "text": "x"}}}),
        (Kind.EVENT, {"event": {**CHANGED, "subtype": "message_deleted", "deleted_ts": 17.1}}),
        (Kind.EVENT, {"event": {**REACTION, "item": {"type": "file", "file": "F1"}}}),
        (Kind.EVENT, {"event": {**REACTION, "item": {**REACTION["item"], "channel": "C/1"}}}),
        (Kind.EVENT, {"event": {**REACTION, "item": None}}),
        (Kind.EVENT, {"event": {**REACTION, "reaction": ""}}),
        (Kind.EVENT, {"event": {**REACTION, "reaction": "me/mo"}}),
        (Kind.TICK, {}),
    ],
)
def test_what_means_nothing_is_ignored(kind: Kind, payload: dict[str, Any]) -> None:
    assert isinstance(parse(interaction(kind, payload), in_incident=True), Ignore)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.BUTTON, {"action_id": "explode", "value": "run"}),
        (Kind.BUTTON, {}),
        (Kind.BUTTON, {"action_id": MORE, "value": "explode"}),
        (Kind.FORM, {"callback_id": "other", "values": {TITLE: "down"}}),
        (Kind.SHORTCUT, {"callback_id": "other"}),
    ],
)
def test_what_a_newer_version_made_is_left_to_it(kind: Kind, payload: dict[str, Any]) -> None:
    with pytest.raises(UnknownCommandError):
        parse(interaction(kind, payload), in_incident=True)


ACTIONS = [MORE, *(a for spec in COMMANDS for a in (*spec.buttons, *([spec.opener] if spec.form else [])))]
CALLBACKS = [
    *(form for spec in COMMANDS for form in spec.forms),
    *(shortcut.callback_id for spec in COMMANDS for shortcut in spec.shortcuts),
]

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(list(Kind)),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("text", "value", "values", "block_id", "view", "context", "event"), json)
        | {
            "callback_id": st.one_of(st.sampled_from(CALLBACKS), json),
            "action_id": st.one_of(st.sampled_from(ACTIONS), json),
            "message": st.one_of(
                json, st.fixed_dictionaries({}, optional=dict.fromkeys(("ts", "text", "files"), json))
            ),
        },
    ),
    st.booleans(),
)
def test_a_payload_of_any_shape_is_understood_ignored_or_left_to_a_newer_version(
    kind: Kind, payload: dict[str, Any], in_incident: bool
) -> None:
    try:
        parse(interaction(kind, payload), in_incident=in_incident)
    except UnknownCommandError:
        assert kind in {Kind.BUTTON, Kind.FORM, Kind.SHORTCUT}


def test_every_command_has_an_example() -> None:
    assert {type(one) for one in EXAMPLES} == {spec.command for spec in COMMANDS}


@pytest.mark.parametrize("command", EXAMPLES, ids=lambda one: type(one).__name__)
def test_a_command_is_stored_as_it_is_and_a_newer_versions_fields_are_passed_over(command: Any) -> None:
    stored = to_dict(command)
    assert stored == {
        "type": type(command).__name__,
        **{f.name: getattr(command, f.name) for f in fields(command)},
    }
    assert from_dict({**stored, "certainty": 0.5}) == command
    assert spec_of(command) is spec_named(stored["type"])


@pytest.mark.parametrize("stored", [{}, {"type": "TakeRole", "role": "comms"}, {"type": None}])
def test_a_command_of_a_newer_version_is_said_to_be_one(stored: dict[str, Any]) -> None:
    with pytest.raises(UnknownCommandError):
        from_dict(stored)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_can_be_typed_says_so_in_every_language(locale: str) -> None:
    for spec in typed():
        text = spec.text[locale]
        assert text.help
        assert text.verbs
        assert all(verb == verb.lower().strip() and " " not in verb for verb in text.verbs)
        assert bool(text.usage) == bool(spec.example), "what takes nothing has nothing as its example"
        assert (spec.line is None) == (text.line == "")
        assert (spec.states is None) == (text.done == "")
        assert (spec.form is None and spec.name != "ShowStatus") == (text.label == "")


def test_a_verb_button_or_form_belongs_to_one_command() -> None:
    for names in (
        [verb for spec in typed() for verb in spec.verbs],
        [action for spec in COMMANDS for action in spec.buttons],
        [form for spec in COMMANDS for form in spec.forms],
        [shortcut.callback_id for shortcut in shortcuts()],
        [shortcut.names["en"] for shortcut in shortcuts() if shortcut.parse],
        [spec.name for spec in COMMANDS],
    ):
        assert len(names) == len(set(names))


@SPECS
def test_the_example_of_a_command_is_a_use_of_it_in_every_language(spec: Spec[Any]) -> None:
    for verb in spec.verbs:
        assert isinstance(parse_text(f"{verb} {spec.example}", in_incident=True), spec.command)
    if not spec.text and spec.example:
        assert isinstance(parse_text(spec.example, in_incident=False), spec.command)


@pytest.mark.parametrize("command", EXAMPLES, ids=lambda one: type(one).__name__)
def test_what_a_command_states_is_a_fact_that_the_fold_knows(command: Any) -> None:
    if spec_of(command).states is None:
        return
    stated = state(command)
    assert stated.kind in set(FactKind)
    assert loads(dumps(stated.data)) == stated.data, "it is stored"
    before, after = started(), fold(started(), stated)
    assert after.version == before.version + 1
    if stated.kind in {FactKind.ROLE_TAKEN, FactKind.SEVERITY_SET, FactKind.STATUS_SET, FactKind.RENAMED}:
        assert after.stamps != before.stamps


def test_who_takes_command_is_told_of_whom() -> None:
    assert state(TakeCommand()).data == {"role": "incident_commander", "user": ANA, "previous": ALICE}
    assert state(TakeCommand(ANA)).kind == FactKind.ROLE_TAKEN, "who names themselves takes it"
    assert state(TakeCommand(BENOIT)).data == {"roles": {}, "offered": BENOIT, "previous": ALICE}
    assert state(HandOver({"incident_commander": ANA})).data == {"roles": {"incident_commander": ANA}}
    handed = {"incident_commander": BENOIT, "scribe": ANA}
    assert state(HandOver(handed)).data == {"roles": {"scribe": ANA}, "offered": BENOIT}


def test_a_role_can_be_nobodys_but_command() -> None:
    assert state(LeadCommunications(NO_ONE)).data["user"] == ""
    assert state(KeepNotes(NO_ONE)).data["user"] == ""
    assert state(LeadCommunications()).data["user"] == ANA
    assert [*spec_of(LeadCommunications()).names(LeadCommunications(NO_ONE))] == []
    assert [*spec_of(KeepNotes()).names(KeepNotes(NO_ONE))] == []


def test_the_severity_is_stated_with_its_reason_and_said_in_words() -> None:
    command = SetSeverity("sev1", "it <@U1> spreads")
    assert state(command).data == {"severity": "sev1", "reason": "it <@U1> spreads", "before": ""}
    assert line_of(command, "en").text == "{person} put this at *{severity}*: {cadence}."
    assert line_of(command, "en").quote == "it <@U1> spreads"
    assert line_of(command, "fr").parts["severity"] == "SEV1, critique"
    # a newer version's severity, in a run that this one carries on
    assert line_of(SetSeverity("sev0"), "fr").parts["severity"] == "sev0"


def test_lowering_asks_why_and_raising_does_not() -> None:
    """The worst is 1."""
    for before, after, asks in (("sev2", "sev3", True), ("sev3", "sev2", False), ("", "sev4", False)):
        incident = started(severity=before or None)
        assert bool(line_of(SetSeverity(after), "en", incident).buttons) is asks
        assert not line_of(SetSeverity(after, "as it is over"), "en", incident).buttons


@pytest.mark.parametrize("locale", LOCALES)
def test_the_menu_of_a_command_offers_what_its_button_understands(locale: str) -> None:
    menus = [(spec, spec.menu(locale)) for spec in COMMANDS if spec.menu]
    assert menus
    for spec, menu in menus:
        assert (
            0 < len(menu.options) <= 100
        )  # https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
        assert len(menu.placeholder) <= 150
        for value, label in menu.options:
            assert isinstance(spec.buttons[menu.action_id](Press(value, ANA)), spec.command)
            assert 0 < len(label) <= 75


@pytest.mark.parametrize("shortcut", shortcuts(), ids=lambda one: one.callback_id)
def test_a_shortcut_fits_into_slacks_menu(shortcut: Shortcut[Any]) -> None:
    """https://docs.slack.dev/interactivity/implementing-shortcuts"""
    assert shortcut.names.keys() == shortcut.description.keys() == set(LOCALES)
    assert all(0 < len(name) <= 24 for name in shortcut.names.values())
    assert all(0 < len(text) <= 150 for text in shortcut.description.values())
    assert len(" · ".join(shortcut.description.values())) <= 150, "in both languages, too"


@given(
    st.builds(
        Chosen,
        channel=anything,
        ts=anything,
        thread_ts=anything,
        user=anything,
        text=anything,
        files=st.lists(anything, max_size=3).map(tuple),
        permalink=anything,
    )
)
def test_a_shortcut_makes_a_command_of_any_message(chosen: Chosen) -> None:
    for spec in COMMANDS:
        for shortcut in spec.shortcuts:
            made = shortcut.parse(chosen) if shortcut.parse else None
            if made is None:
                continue
            assert isinstance(made, spec.command)
            assert from_dict(to_dict(made)) == made
            if isinstance(made, Declare):
                assert made.title
                assert made.title == one_line(made.title)


def test_the_title_of_an_incident_that_a_message_declares() -> None:
    def title(**message: Any) -> str:
        return of_message(Chosen("C1", "1.2", **message)).title  # type: ignore[union-attr]

    assert title(text=" \n ask <@U1|zoe> &amp; wait\nsecond") == "ask @zoe & wait"
    assert title(files=("graph.png", "log.txt")) == "graph.png, log.txt"
    assert title(text="") == "…"


@pytest.mark.parametrize("verb", ["UPDATE", "Màj", "sev", "page", "list", "état"])
def test_what_begins_with_a_verb_is_known_without_knowing_where(verb: str) -> None:
    assert begins_with_verb(f" {verb} x")
    assert begins_with_verb(verb)
    assert not begins_with_verb(f"{verb}x y")
    assert not begins_with_verb(f"the {verb}")
    assert not begins_with_verb("")
