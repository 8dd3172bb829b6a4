"""Everybody is answered in the language of their own Slack where it is known in time, and never late."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from incident.commands.declare import FORM_TEXT, TITLE, form
from incident.intake import language
from incident.intake.language import KEPT_SECONDS, PAUSE_SECONDS
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.runtime import clock
from incident.sandbox.faults import Fault
from incident.sandbox.slack.interactions import Reply
from tests.intake.door import Door, opened

ALICE, BENOIT, CHIDI, SRE = "U0ALICE", "U0BENOIT", "U0CHIDI", "C0SRE"
HELP = {ENGLISH.help_first: "en", FRENCH.help_first: "fr"}
RECEIVED = {ENGLISH.received: "en", FRENCH.received: "fr"}


@pytest.fixture
def new(request: pytest.FixtureRequest) -> Iterator[Door]:
    """A function that knows nobody yet; a parameter is its INCIDENT_LOCALE."""
    with opened(INCIDENT_LOCALE=getattr(request, "param", "en")) as door:
        yield door


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that a test puts forward."""
    passed = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(clock, "monotonic", lambda: time.monotonic() + passed.seconds)
    return passed


def helped(door: Door, user: str) -> str:
    """The language of the help that a person reads."""
    shown = door.slack.type(user, SRE, "/incident help").shown
    return next(locale for words, locale in HELP.items() if words in shown)


def said(door: Door, user: str) -> str:
    """The language of the acknowledgement that a person reads."""
    return RECEIVED[door.slack.type(user, SRE, "/incident it is slow").shown]


def asked(door: Door) -> int:
    """How often Slack was asked for a person."""
    return [call.name for call in door.fault_injector.calls].count("slack.users.info")


def title(door: Door, reply: Reply) -> str:
    assert reply.view is not None
    return str(door.slack.workspace.views[reply.view].content["title"]["text"])


def learnt() -> None:
    """Waits until nobody is asked for any more."""
    for thread in threading.enumerate():
        if thread.name.startswith("language of "):
            thread.join()


def test_help_is_in_a_persons_own_language_and_asked_for_once_an_hour(new: Door, hours: Any) -> None:
    assert [helped(new, user) for user in (ALICE, BENOIT, BENOIT, CHIDI)] == ["en", "fr", "fr", "en"]
    assert asked(new) == 3
    hours.seconds += KEPT_SECONDS - 10
    assert (helped(new, BENOIT), asked(new)) == ("fr", 3)
    hours.seconds += 20
    assert (helped(new, BENOIT), asked(new)) == ("fr", 4)


def test_a_command_that_is_passed_on_asks_for_nobody(new: Door) -> None:
    assert (said(new, BENOIT), asked(new)) == ("en", 0)
    helped(new, BENOIT)
    assert (said(new, BENOIT), asked(new)) == ("fr", 1)


def test_a_form_opens_in_a_persons_own_language_and_says_in_it_what_it_lacks(new: Door) -> None:
    forms = {user: new.slack.type(user, SRE, "/incident") for user in (ALICE, BENOIT)}
    assert {user: title(new, reply) for user, reply in forms.items()} == {
        ALICE: FORM_TEXT["en"]["title"],
        BENOIT: FORM_TEXT["fr"]["title"],
    }
    view = forms[BENOIT].view
    assert view is not None
    blank = new.slack.submit(BENOIT, view, {TITLE: " "})
    assert blank.errors == {TITLE: form("fr").blank}


def test_what_was_not_recorded_is_handed_back_in_a_language_that_is_known(new: Door) -> None:
    helped(new, BENOIT)
    new.fault_injector.break_("pubsub.*", Fault(status=404))
    handed_back = new.slack.type(BENOIT, SRE, "/incident c’est lent").body
    assert json.loads(handed_back)["text"].startswith(FRENCH.not_recorded[:40])
    assert asked(new) == 1


@pytest.mark.parametrize(("new", "default"), [("en", "en"), ("fr", "fr"), ("both", "en")], indirect=["new"])
def test_whoever_speaks_another_language_reads_the_first_of_the_channels(new: Door, default: str) -> None:
    people = new.slack.workspace.users
    new.slack.workspace.put(replace(people[ALICE], locale="de-DE"))
    assert [helped(new, user) for user in (ALICE, ALICE, BENOIT, CHIDI)] == [default, default, "fr", "en"]
    assert asked(new) == 3


def test_who_cannot_be_seen_is_nobody_else_s_trouble(new: Door) -> None:
    new.fault_injector.break_("slack.users.info", Fault(status=200, error="user_not_found"), times=1)
    assert [helped(new, user) for user in (BENOIT, BENOIT, CHIDI)] == ["en", "en", "en"]
    assert asked(new) == 2


@pytest.mark.parametrize(
    "fault", [Fault(status=503), Fault(status=0), Fault(status=200, error="ratelimited")]
)
def test_a_failure_is_said_once_in_the_log_and_nobody_is_asked_for_a_while(
    new: Door, hours: Any, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    new.fault_injector.break_("slack.users.info", fault)
    assert [helped(new, user) for user in (BENOIT, CHIDI, BENOIT)] == ["en", "en", "en"]
    assert asked(new) == 1
    hours.seconds += PAUSE_SECONDS + 1
    assert (helped(new, BENOIT), asked(new)) == ("en", 2)
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["severity"] for line in logged if line["event"] == "incident.language.unknown"] == [
        "WARNING"
    ]
    new.fault_injector.mend()
    hours.seconds += PAUSE_SECONDS + 1
    assert helped(new, BENOIT) == "fr"


def test_whoever_waits_does_so_for_half_a_second_and_others_not_at_all(new: Door) -> None:
    new.fault_injector.break_("slack.users.info", Fault(hang=5.0))
    waited = []
    for user in (BENOIT, CHIDI, BENOIT):
        began = time.monotonic()
        assert helped(new, user) == "en"
        waited.append(time.monotonic() - began)
    assert 0.4 < waited[0] < 1.2
    assert max(waited[1:]) < 0.4


def test_an_answer_that_is_late_is_good_for_the_next_time(new: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "WAIT_SECONDS", 0.0)
    new.fault_injector.delays = {"slack.users.info": (0.2, 0.2)}
    assert helped(new, BENOIT) == "en"
    learnt()
    assert (helped(new, BENOIT), said(new, BENOIT), asked(new)) == ("fr", "fr", 1)


def test_with_everything_hanging_the_person_is_answered_in_time(new: Door) -> None:
    """What the question for the language takes, the form has less."""
    new.fault_injector.break_("slack.*", Fault(hang=5.0))
    began = time.monotonic()
    shown = new.slack.type(BENOIT, SRE, "/incident")
    assert time.monotonic() - began < 2.4
    assert (shown.status, shown.view) == (200, None)
    assert "/incident {what went wrong}" in shown.body


def test_the_people_who_are_remembered_are_bounded(new: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "MOST_KEPT", 2)
    for user in (ALICE, BENOIT, CHIDI):
        helped(new, user)
    assert (helped(new, CHIDI), helped(new, BENOIT), asked(new)) == ("en", "fr", 3)
    assert (helped(new, ALICE), asked(new)) == ("en", 4)


def test_a_language_is_loaded_when_it_is_first_spoken() -> None:
    """A cold start pays for none but the function's own."""
    code = (
        "import sys, incident.intake.function\n"
        "from incident.messages.locales import words_for\n"
        "words_for('en')\n"
        "print('incident.messages.french' in sys.modules, 'incident.messages.bilingual' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False False\n"
