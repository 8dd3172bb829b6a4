"""The grammar of `/incident`."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.commands.declare import FORM, SEVERITY, TITLE, Declare
from incident.commands.form import CompleteForm
from incident.commands.help import ShowHelp
from incident.commands.question import ANSWER_DECLARE, ANSWER_UPDATE, Answer, AskFor, AskWhatWasMeant
from incident.commands.reflect import Reflect
from incident.commands.registry import (
    COMMANDS,
    Ignore,
    OpenForm,
    UnknownCommandError,
    from_dict,
    parse,
    parse_form,
    parse_text,
    spec_named,
    spec_of,
    to_dict,
    typed,
)
from incident.commands.retry import RETRY, Retry
from incident.commands.severity import CHOICE, SetSeverity
from incident.commands.spec import LOCALES, Scope, Spec
from incident.commands.update import PostUpdate
from incident.model.facts import FactKind
from incident.model.incident import Severity
from incident.model.interaction import Interaction, Kind
from incident.model.slack_text import as_typed, escape, one_line
from tests.unit.hostile import NASTY, anything

WORDS = {verb for spec in typed() for verb in spec.verbs}
IN_INCIDENT = {verb for spec in typed() if spec.scope is Scope.IN_INCIDENT for verb in spec.verbs}
SPECS = pytest.mark.parametrize("spec", COMMANDS, ids=[spec.name for spec in COMMANDS])


def interaction(kind: Kind, payload: dict[str, Any]) -> Interaction:
    return Interaction("id", kind, datetime(2026, 11, 23, tzinfo=UTC), "U1", "T1", "C1", payload)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("database is down", Declare("database is down")),
        ("status page is down", Declare("status page is down")),
        ("update server is down", Declare("update server is down")),
        ("update", Declare("update")),
        ("help me the site is down", Declare("help me the site is down")),
        ("helpdesk is down", Declare("helpdesk is down")),
        ("resolve", Declare("resolve")),
        ("close", Declare("close")),
        ("severity 2", Declare("severity 2")),
        ("sev", Declare("sev")),
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


@given(
    st.one_of(anything, st.builds("{} {}".format, st.sampled_from(sorted(WORDS)), anything)), st.booleans()
)
def test_no_text_is_lost(text: str, in_incident: bool) -> None:
    match parse_text(text, in_incident=in_incident):
        case Declare(title):
            assert not in_incident
            assert title == one_line(as_typed(text.strip()))
        case AskWhatWasMeant(kept):
            assert in_incident
            assert kept == text.strip()
        case PostUpdate(said) | SetSeverity(_, said):
            assert in_incident
            assert text.strip().endswith(said)
        case AskFor(command):
            assert in_incident
            assert one_line(as_typed(text)).lower() in spec_named(command).verbs
        case OpenForm():
            assert one_line(as_typed(text)) == ""
        case ShowHelp():
            assert one_line(as_typed(text)).lower() in {"help", "aide"}
        case other:
            pytest.fail(f"{other}")


@given(st.text(min_size=1), st.sampled_from(sorted(WORDS)))
def test_a_verb_with_something_after_it_declares_in_an_ordinary_channel(rest: str, word: str) -> None:
    text = f"{word} {rest}"
    if rest.strip():
        assert parse_text(text, in_incident=False) == Declare(one_line(as_typed(text.strip())))


@pytest.mark.parametrize("verb", sorted(IN_INCIDENT))
def test_a_verb_of_an_incidents_channel_alone_declares_in_an_ordinary_one(verb: str) -> None:
    assert parse_text(verb, in_incident=False) == Declare(verb)


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
        (Kind.EVENT, {"event": {"type": "message"}}),
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
        (Kind.FORM, {"callback_id": "other", "values": {TITLE: "down"}}),
    ],
)
def test_what_a_newer_version_made_is_left_to_it(kind: Kind, payload: dict[str, Any]) -> None:
    with pytest.raises(UnknownCommandError):
        parse(interaction(kind, payload), in_incident=True)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(list(Kind)),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("text", "action_id", "value", "values"), json)
        | {"callback_id": st.one_of(st.just(FORM), json)},
    ),
    st.booleans(),
)
def test_a_payload_of_any_shape_is_understood_ignored_or_left_to_a_newer_version(
    kind: Kind, payload: dict[str, Any], in_incident: bool
) -> None:
    try:
        parse(interaction(kind, payload), in_incident=in_incident)
    except UnknownCommandError:
        assert kind in {Kind.BUTTON, Kind.FORM}


EXAMPLES = (
    Declare("down", "sev2"),
    PostUpdate("back"),
    SetSeverity("sev1", "it spreads"),
    ShowHelp(),
    AskWhatWasMeant("x"),
    AskFor("SetSeverity"),
    Answer("run", declares=True),
    CompleteForm("PostUpdate", "V1"),
    Retry("run"),
    Reflect(),
)


def test_every_command_has_an_example_here() -> None:
    assert [type(one).__name__ for one in EXAMPLES] == sorted(
        (spec.name for spec in COMMANDS), key=[type(one).__name__ for one in EXAMPLES].index
    )


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


def test_a_verb_button_or_form_belongs_to_one_command() -> None:
    for names in (
        [verb for spec in typed() for verb in spec.verbs],
        [action for spec in COMMANDS for action in spec.buttons],
        [form for spec in COMMANDS for form in spec.forms],
        [spec.name for spec in COMMANDS],
    ):
        assert len(names) == len(set(names))


@SPECS
def test_the_example_of_a_command_is_a_use_of_it_in_every_language(spec: Spec[Any]) -> None:
    for verb in spec.verbs:
        assert isinstance(parse_text(f"{verb} {spec.example}", in_incident=True), spec.command)
    if not spec.text and spec.example:
        assert isinstance(parse_text(spec.example, in_incident=False), spec.command)


@SPECS
def test_a_command_states_a_fact_that_the_fold_knows_and_leaves_a_line(spec: Spec[Any]) -> None:
    command = next(one for one in EXAMPLES if isinstance(one, spec.command))
    if spec.states is None:
        assert spec.line is None
        return
    kind, _ = spec.states(command)
    assert kind in set(FactKind)
    assert spec.line is not None
    for locale in LOCALES:
        assert spec.line(command, locale).text.count("{person}") == 1


def test_the_severity_is_stated_with_its_reason_and_said_in_words() -> None:
    command = SetSeverity("sev1", "it <@U1> spreads")
    states, line = spec_of(command).states, spec_of(command).line
    assert states
    assert line
    assert states(command) == ("severity_set", {"severity": "sev1", "reason": "it <@U1> spreads"})
    assert line(command, "en").text == "{person} put this at SEV1, critical"
    assert line(command, "en").quote == "it <@U1> spreads"
    # a newer version's severity, in a run that this one carries on
    assert line(SetSeverity("sev0"), "fr").text == "{person} a fixé la gravité à sev0"


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
            assert isinstance(spec.buttons[menu.action_id](value), spec.command)
            assert 0 < len(label) <= 75
