"""What follows a verb: people, times, levels, and words that stay as they were typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incident.commands import past
from incident.commands.action import AddAction
from incident.commands.card import ShowStatus
from incident.commands.close import AskToClose
from incident.commands.commander import TakeCommand
from incident.commands.communications import LeadCommunications
from incident.commands.decision import Decide
from incident.commands.did import RecordDone
from incident.commands.note import Note
from incident.commands.operations import LeadOperations
from incident.commands.page import CallIn
from incident.commands.progress import SetStatus
from incident.commands.question import AskFor, AskWhatWasMeant
from incident.commands.registry import form_called, parse_form, parse_text, spec_named, spec_of, typed
from incident.commands.rename import Rename
from incident.commands.reopen import Reopen
from incident.commands.resolve import Resolve
from incident.commands.retry import Retry
from incident.commands.role import ME, NO_ONE
from incident.commands.scribe import KeepNotes
from incident.commands.severity import SetSeverity
from incident.commands.spec import Entry, plain
from incident.commands.undo import Undo
from incident.commands.update import PostUpdate
from incident.model.mentions import is_group, is_id, leading
from incident.model.slack_text import as_typed, one_line
from tests.unit.hostile import anything
from tests.unit.incidents import SAID_AT, TIMEZONE, line_of, state

ANA, GROUP = "<@U0ANA|ana>", "<!subteam^S0ONCALL|@oncall>"

VERBS = {
    ("ic", "resp"): TakeCommand,
    ("ol", "ops"): LeadOperations,
    ("comms",): LeadCommunications,
    ("scribe", "notes"): KeepNotes,
    ("update", "maj", "màj"): PostUpdate,
    ("investigating", "identified", "monitoring", "analyse", "trouvé", "trouve", "surveillance"): SetStatus,
    ("severity", "sev", "gravité", "gravite"): SetSeverity,
    ("page", "appeler"): CallIn,
    ("note",): Note,
    ("did", "fait"): RecordDone,
    ("decision", "décision"): Decide,
    ("action", "tâche", "tache"): AddAction,
    ("resolve", "resolved", "résoudre", "résolu", "resolu"): Resolve,
    ("reopen", "rouvrir"): Reopen,
    ("close", "fermer"): AskToClose,
    ("status", "état", "etat"): ShowStatus,
    ("undo", "annuler"): Undo,
    ("retry", "réessayer", "reessayer"): Retry,
    ("rename", "renommer"): Rename,
}
EACH_VERB = [(verb, command) for verbs, command in VERBS.items() for verb in verbs]


def read(text: str) -> Any:
    """What a text means in an incident's channel."""
    return parse_text(text, in_incident=True, user="U0ANA")


@pytest.mark.parametrize(("verb", "command"), EACH_VERB)
def test_every_verb_in_both_languages_however_it_is_written(verb: str, command: type) -> None:
    example = next(spec.example for spec in typed() if spec.command is command)
    meant = read(f"{verb} {example}")
    assert isinstance(meant, command)
    for written in (verb.upper(), verb.title(), plain(verb), normalize("NFD", verb), f" {verb}"):
        assert read(f"{written} {example}") == meant


def test_these_are_all_the_verbs() -> None:
    assert {plain(verb) for verb, _ in EACH_VERB} == {verb for spec in typed() for verb in spec.verbs} - {
        "help",
        "aide",
        "list",
        "liste",
    }


@pytest.mark.parametrize(
    ("verb", "meant"),
    [
        ("ic", TakeCommand()),
        ("resp", TakeCommand()),
        ("ol", LeadOperations()),
        ("comms", LeadCommunications()),
        ("scribe", KeepNotes()),
        ("notes", KeepNotes()),
        ("investigating", SetStatus("investigating")),
        ("trouvé", SetStatus("identified")),
        ("surveillance", SetStatus("monitoring")),
        ("status", ShowStatus()),
        ("undo", Undo()),
        ("retry", Retry()),
        ("update", AskFor("PostUpdate")),
        ("severity", AskFor("SetSeverity")),
        ("page", AskFor("CallIn")),
        ("note", AskFor("Note")),
        ("did", AskFor("RecordDone")),
        ("décision", AskFor("Decide")),
        ("tâche", AskFor("AddAction")),
        ("resolve", AskFor("Resolve")),
        ("reopen", Reopen()),
        ("rename", AskWhatWasMeant("rename")),
    ],
)
def test_a_verb_alone_does_what_it_can_or_asks_for_the_rest(verb: str, meant: object) -> None:
    assert read(verb) == meant
    if isinstance(meant, AskFor):
        spec = spec_named(meant.command)
        assert spec.menu or spec.form


@pytest.mark.parametrize("verb", ["undo", "retry", "status", "list", "help", "annuler", "aide"])
def test_what_takes_nothing_asks_where_something_follows(verb: str) -> None:
    assert read(f"{verb} the last one") == AskWhatWasMeant(f"{verb} the last one")


words = anything.map(str.strip).filter(lambda text: bool(one_line(as_typed(text))))


@given(words)
@example("*bold* <!channel> &amp; <@U1|x>\n\n  second  line")
@example("14:05")
def test_what_follows_is_the_persons_own_words(text: str) -> None:
    assert read(f"update {text}") == PostUpdate(text)
    assert read(f"monitoring\n{text}") == SetStatus("monitoring", text)
    assert read(f"action {text}") == AddAction(text)
    for verb, command in (("note", Note), ("fait", RecordDone), ("decision", Decide)):
        said = read(f"{verb} {text}")
        assert said == command(*reversed(past.split(text)))
        assert text.endswith(said.text)
    assert read(f"rename {text}") == Rename(one_line(as_typed(text)))


ROLES = [("ic", TakeCommand), ("ol", LeadOperations), ("comms", LeadCommunications), ("scribe", KeepNotes)]


@pytest.mark.parametrize(("verb", "command"), ROLES)
@pytest.mark.parametrize(
    ("who", "user"),
    [
        ("", ME),
        (ANA, "U0ANA"),
        ("<@U0ANA>", "U0ANA"),
        ("<@W0ANA|ana>", "W0ANA"),
        (f" {ANA}, ", "U0ANA"),
        (GROUP, "S0ONCALL"),
        ("@ana", "@ana"),
        ("@Ana.Lopez-Ruiz.", None),
        ("@ana_2", "@ana_2"),
        ("@ána:", "@ána"),
        (f"{ANA} {ANA}", "U0ANA"),
        (f"{ANA} @ben", None),
        (f"{ANA} please", None),
        ("ana", None),
        ("@", None),
        ("to be decided", None),
        ("<@U0ANA|ana>x", None),
        ("<#C1|x>", None),
    ],
)
def test_who_is_to_have_a_role(verb: str, command: type, who: str, user: str | None) -> None:
    text = f"{verb} {who}"
    assert read(text) == (AskWhatWasMeant(text.strip()) if user is None else command(user))


@pytest.mark.parametrize(("verb", "command"), ROLES)
@pytest.mark.parametrize("word", ["nobody", "Personne", "NOBODY"])
def test_nobody_can_speak_and_take_notes_but_somebody_leads(verb: str, command: type, word: str) -> None:
    meant = read(f"{verb} {word}")
    if command in {LeadCommunications, KeepNotes}:
        assert meant == command(NO_ONE)
        for locale in ("en", "fr"):
            assert "{" not in line_of(meant, locale).text
    else:
        assert meant == AskWhatWasMeant(f"{verb} {word}")


@pytest.mark.parametrize(
    ("text", "people", "reason"),
    [
        (f"{GROUP} {ANA} the disk is full", ["S0ONCALL", "U0ANA"], "the disk is full"),
        ("@ana, @ben: please come", ["@ana", "@ben"], "please come"),
        (f"{ANA},{GROUP}", ["U0ANA", "S0ONCALL"], ""),
        ("comms", ["comms"], ""),
        ("Comms, @ana why", ["comms", "@ana"], "why"),
        ("comms @ana why comms", ["comms", "@ana"], "why comms"),
        ("@ana comms why", ["@ana", "comms"], "why"),
        (f"{ANA} {ANA} comms comms why", ["U0ANA", "comms"], "why"),
        (f"{ANA} ask <@U0BEN|ben>  &amp; wait", ["U0ANA"], "ask <@U0BEN|ben>  &amp; wait"),
        (f"{ANA}\nfirst\n\nsecond", ["U0ANA"], "first\n\nsecond"),
    ],
)
def test_who_is_called_and_why(text: str, people: list[str], reason: str) -> None:
    assert read(f"page {text}") == CallIn(people, reason, comms="comms" in people)


@pytest.mark.parametrize("text", ["ana", "the disk is full", "why @ana", "<!channel> help", "<!here>"])
def test_a_call_for_nobody_asks(text: str) -> None:
    assert read(f"appeler {text}") == AskWhatWasMeant(f"appeler {text}")


@given(anything)
def test_calling_loses_no_words(text: str) -> None:
    match read(f"page {text}"):
        case CallIn(people, reason):
            assert people
            assert len(people) == len(set(people))
            assert text.strip().endswith(reason)
        case AskWhatWasMeant(kept):
            assert kept == f"page {text}".strip()
        case other:
            assert other == AskFor("CallIn")


user_ids = st.from_regex(r"[UW][A-Z0-9]{2,9}", fullmatch=True)
group_ids = st.from_regex(r"S[A-Z0-9]{2,9}", fullmatch=True)
handles = st.from_regex(r"@[a-zé0-9]([a-z._-]{0,5}[a-z0-9])?", fullmatch=True)
mentions = st.one_of(
    st.tuples(user_ids, st.sampled_from(["<@{}>", "<@{}|ana>", "<@{}|ana l. & co>"])),
    st.tuples(group_ids, st.sampled_from(["<!subteam^{}>", "<!subteam^{}|@on-call>"])),
    st.tuples(handles, st.just("{}")),
)


@given(
    st.lists(mentions, max_size=5),
    st.sampled_from([" ", ", ", ",", "; ", "\n", "  "]),
    st.sampled_from(["", "why it spreads, @ana", "14:05 x", "- x", "é"]),
)
def test_the_people_that_a_text_begins_with(named: list[tuple[str, str]], between: str, rest: str) -> None:
    text = between.join(how.format(who) for who, how in named) + (" " if named else "") + rest
    assert leading(text) == (list(dict.fromkeys(who for who, _ in named)), rest)


@given(anything)
def test_any_text_is_people_and_a_rest(text: str) -> None:
    people, rest = leading(text)
    assert text.strip().endswith(rest)
    assert leading(rest)[0] == [], "all that stand first are found"
    assert all(is_id(one) or one.startswith("@") for one in people)
    assert not any(is_group(one) for one in people if not one.startswith("S"))


@pytest.mark.parametrize(
    ("text", "clock", "rest"),
    [
        ("14:05 the deploy went out", "14:05", "the deploy went out"),
        ("14h05 le déploiement est parti", "14:05", "le déploiement est parti"),
        ("14H05 x", "14:05", "x"),
        ("14 h 05 x", "14:05", "x"),
        ("9:05 x", "09:05", "x"),
        ("00:00 midnight", "00:00", "midnight"),
        ("23:59\nx", "23:59", "x"),
        ("14:05 - x", "14:05", "x"),
        ("14:05 – x", "14:05", "x"),
        ("14:05", "", "14:05"),
        ("14:05 ", "", "14:05"),
        ("14:05 :", "", "14:05 :"),
        ("24:00 x", "", "24:00 x"),
        ("14:60 x", "", "14:60 x"),
        ("14:5 x", "", "14:5 x"),
        ("14:05:33 x", "", "14:05:33 x"),
        ("14:05x", "", "14:05x"),
        ("114:05 x", "", "114:05 x"),
        ("14 05 x", "", "14 05 x"),
        ("at 14:05 x", "", "at 14:05 x"),
        ("-14:05 x", "", "-14:05 x"),
        ("", "", ""),
    ],
)
def test_the_time_that_stands_first(text: str, clock: str, rest: str) -> None:
    assert past.split(text) == (clock, rest)


@given(st.integers(0, 23), st.integers(0, 59), words)
def test_a_time_before_words_is_when_it_was(hour: int, minute: int, text: str) -> None:
    clock, rest = past.split(f"{hour}:{minute:02} {text}")
    assert clock == f"{hour:02}:{minute:02}" or rest == f"{hour}:{minute:02} {text}"
    assert text.endswith(rest) or rest.endswith(text)
    assert rest


ZONES = st.sampled_from(["America/Montreal", "Europe/Paris", "Asia/Kolkata", "Pacific/Chatham", "UTC"]).map(
    ZoneInfo
)


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    ZONES,
)
def test_a_past_time_is_the_last_one_of_the_organisations_clock(
    hour: int, minute: int, said_at: datetime, zone: ZoneInfo
) -> None:
    at = past.moment(f"{hour:02}:{minute:02}", said_at, zone)
    assert at.tzinfo is not None
    assert at.utcoffset() is not None
    assert timedelta(minutes=-1) <= said_at - at <= timedelta(hours=25)
    assert (at.hour, at.minute, at.second) == (hour, minute, 0)


@pytest.mark.parametrize(
    ("clock", "said", "expected"),
    [
        # in Montréal, 14:30 in winter
        ("14:05", "2026-11-23T19:30:00+00:00", "2026-11-23T14:05:00-05:00"),
        ("14:30", "2026-11-23T19:30:00+00:00", "2026-11-23T14:30:00-05:00"),
        ("14:31", "2026-11-23T19:30:00+00:00", "2026-11-23T14:31:00-05:00"),  # their clock is a bit fast
        ("14:32", "2026-11-23T19:30:00+00:00", "2026-11-22T14:32:00-05:00"),
        ("23:50", "2026-11-23T05:10:00+00:00", "2026-11-22T23:50:00-05:00"),  # ten past midnight
        # clocks went back at two in the morning of November 1st, and forward on March 8th
        ("23:50", "2026-11-01T12:00:00+00:00", "2026-10-31T23:50:00-04:00"),
        ("01:30", "2026-11-01T06:45:00+00:00", "2026-11-01T01:30:00-05:00"),
        ("01:30", "2026-11-01T05:45:00+00:00", "2026-11-01T01:30:00-04:00"),
        ("03:10", "2026-11-01T12:00:00+00:00", "2026-11-01T03:10:00-05:00"),
        ("01:30", "2026-03-08T12:00:00+00:00", "2026-03-08T01:30:00-05:00"),
        ("09:00", "2026-03-08T12:00:00+00:00", "2026-03-07T09:00:00-05:00"),
    ],
)
def test_a_time_of_day_that_is_yet_to_come_was_yesterday(clock: str, said: str, expected: str) -> None:
    at = past.moment(clock, datetime.fromisoformat(said), TIMEZONE)
    assert at.isoformat() == expected


def test_a_note_of_a_past_time_says_when_it_was() -> None:
    fact = state(read("note 14:05 the deploy went out"))
    assert fact.data == {"text": "the deploy went out", "happened_at": "2026-11-23T14:05:00-05:00"}
    assert fact.at == SAID_AT
    assert fact.happened_at == datetime(2026, 11, 23, 19, 5, tzinfo=UTC)
    assert line_of(read("note 14:05 x"), "en").text == "📝 {person}, {when}:"
    assert state(read("note the deploy")).data == {"text": "the deploy"}


@pytest.mark.parametrize("spec", [spec for spec in typed() if spec.form], ids=lambda spec: spec.name)
def test_what_a_form_holds_means_what_typing_it_means(spec: Any) -> None:
    """Slack escapes what is typed after a command and not what is typed into a form."""
    form = spec.form("en")
    values: dict[str, Any] = {
        field.id: "<b> & 14:05" for field in form.fields if field.entry is Entry.WORDS
    } | {field.id: field.options[0][0] for field in form.fields if field.entry is Entry.CHOICE}
    values |= {field.id: ["U0ANA"] for field in form.fields if field.entry is Entry.PEOPLE}
    command = parse_form(form.callback_id, values, {"of": "run"})
    assert isinstance(command, spec.command)
    said = getattr(command, "text", "") or getattr(command, "reason", "") or getattr(command, "title", "")
    assert said in {"&lt;b&gt; &amp; 14:05", "<b> & 14:05"}
    assert (said == "<b> & 14:05") == (spec.name == "Declare"), "its title is kept unescaped"
    assert form_called(form.callback_id) is spec
    assert spec_of(command) is spec


def test_a_form_of_a_past_time() -> None:
    assert parse_form("note", {"words": "14:05 a & b"}) == Note("a &amp; b", "14:05")
    assert parse_form("note", {"words": "14:05"}) == Note("14:05")
    assert parse_form("action", {"words": "14:05 rotate"}).text == "14:05 rotate"
