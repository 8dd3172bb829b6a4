"""Who people are, through the real client."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from incident.model.locale import language_of
from incident.runtime import clock
from incident.runtime.failures import PermanentError, TransientError
from incident.sandbox.faults import Fault
from incident.sandbox.slack.seed import BOT, GUEST, LEFT, STRANGER
from incident.sandbox.slack.workspace import SLACKBOT, User, UserGroup
from incident.services import slack as slack_service
from incident.services.people import KEPT_SECONDS, LISTS_KEPT_SECONDS, People
from incident.services.profiles import Profile
from tests.services.conftest import SlackStage

ALICE, BENOIT, EMIL, ANA = "U0ALICE", "U0BENOIT", "U0EMIL", "U0ANA"


@pytest.fixture
def people(team: SlackStage) -> People:
    return People(team.slack)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that a test puts forward."""
    passed = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(clock, "monotonic", lambda: passed.seconds)
    return passed


# One person


def test_a_person_is_asked_for_once_an_hour(team: SlackStage, people: People, hours: Any) -> None:
    assert people.language(BENOIT) is None
    assert team.calls() == []
    assert people.profile(BENOIT) == Profile("Benoît Côté", "fr", "America/Toronto", False, False, "T0MAPLE")
    assert (people.name(BENOIT), people.language(BENOIT)) == ("Benoît Côté", "fr")
    hours.seconds += KEPT_SECONDS - 1
    assert people.language(BENOIT) == "fr"
    assert team.calls() == ["slack.users.info"]
    hours.seconds += 2
    assert people.language(BENOIT) is None
    assert people.name(BENOIT) == "Benoît Côté"
    assert team.calls() == ["slack.users.info"]


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("fr-CA", "fr"),
        ("fr-FR", "fr"),
        ("en-GB", "en"),
        ("en_US", "en"),
        ("FR", "fr"),
        ("de-DE", None),
        ("", None),
    ],
)
def test_a_language_is_the_beginning_of_a_locale(
    team: SlackStage, people: People, locale: str, language: str | None
) -> None:
    workspace = team.fake.workspace
    workspace.put(replace(workspace.users[ALICE], locale=locale))
    assert people.profile(ALICE).language == people.language(ALICE) == language_of(locale) == language


def test_bots_strangers_and_those_who_left_are_told_apart(people: People) -> None:
    assert [people.profile(user).is_bot for user in (ALICE, BOT.id, SLACKBOT)] == [False, True, True]
    left = people.profile(LEFT.id)
    assert (left.is_deleted, left.timezone, left.language) == (True, "", None)
    assert [people.profile(user).is_of("T0MAPLE") for user in (ALICE, STRANGER.id)] == [True, False]
    assert people.profile(STRANGER.id).team == "T0BIRCH"


def test_whoever_is_in_several_workspaces_of_an_organisation_is_of_each() -> None:
    """https://docs.slack.dev/reference/objects/user-object"""
    organisation = {"enterprise_id": "E1", "teams": ["T1", "T2"]}
    profile = Profile.of({"id": "W1", "team_id": "T1", "enterprise_user": organisation})
    assert [profile.is_of(team) for team in ("T1", "T2", "E1", "T3")] == [True, True, True, False]
    assert profile.name == "W1"


def test_who_is_nobody_has_a_name_but_no_profile(team: SlackStage, people: People) -> None:
    assert (people.name("U0NOBODY"), people.name("")) == ("U0NOBODY", "")
    with pytest.raises(PermanentError, match="user_not_found"):
        people.profile("U0NOBODY")
    team.fault_injector.break_("slack.users.info", Fault(status=500), times=9)
    with pytest.raises(TransientError):
        people.profile(ALICE)
    assert people.language(ALICE) is None


# Whom a typed name means


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("@ana", [ANA]),  # and not the other, of whose name it is only the first word
        ("ANA", [ANA]),
        ("ana.lopez", ["U0ANALOPEZ"]),
        ("Ana López", ["U0ANALOPEZ"]),
        ("ana  lopez", ["U0ANALOPEZ"]),
        ("lópez", []),  # what a name may begin with, or end in, is not guessed
        ("an", []),
        ("benoît", [BENOIT]),
        ("benoit", [BENOIT]),
        ("cote", []),
        ("Chidi Okafor", ["U0CHIDI"]),
        ("chi", []),
        ("hidi", []),
        ("hugo", [GUEST.id]),
        ("ingrid", []),  # has left
        ("incident_bot", []),
        ("slackbot", []),
        ("nobody", []),
        ("", []),
        ("@", []),
        (" ", []),
        ("(", []),
    ],
)
def test_a_typed_name_means_those_called_so(people: People, typed: str, found: list[str]) -> None:
    assert people.find(typed, "T0MAPLE") == people.find(typed) == found


def test_namesakes_are_all_found(team: SlackStage, people: People) -> None:
    team.fake.workspace.put(User("U0ANA2", "ana2", "Ana Silva", "ANA"))
    assert people.find("ana") == [ANA, "U0ANA2"]


def test_people_of_other_workspaces_are_not_meant(people: People) -> None:
    assert people.find("ana", "T0BIRCH") == []


def test_everybody_is_asked_for_once_in_ten_minutes_page_by_page(
    team: SlackStage, people: People, hours: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_service, "_LIST_PAGE", 5)
    assert [people.find("zoé"), people.find("nobody"), people.find("emil")] == [["U0ZOE"], [], [EMIL]]
    here = [user for user in team.fake.workspace.users.values() if not user.team]
    assert team.calls() == ["slack.users.list"] * -(-len(here) // 5)
    team.fake.workspace.put(User("U0NEW", "newcomer", "New Comer", ""))
    assert people.find("newcomer") == []
    hours.seconds += LISTS_KEPT_SECONDS + 1
    assert people.find("newcomer") == ["U0NEW"]


def test_half_a_list_is_no_list(team: SlackStage, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_service, "_LIST_PAGE", 5)
    team.fault_injector.break_("slack.users.list", Fault(status=500), after=1, times=9)
    with pytest.raises(TransientError):
        people.find("zoé")
    team.fault_injector.reset()
    assert people.find("zoé") == ["U0ZOE"]


def test_groups_go_by_handle_or_name(team: SlackStage, people: People) -> None:
    team.fake.workspace.put(UserGroup("S0DB", "db-team", "Équipe des données", ("U0ANA",)))
    wanted = {
        "@on-call": ["S0ONCALL"],
        "On call": ["S0ONCALL"],
        "comms": ["S0COMMS"],
        "comm": [],
        "equipe des donnees": ["S0DB"],
        "db-team": ["S0DB"],
        "nobody": [],
    }
    assert {typed: people.find_group(typed) for typed in wanted} == wanted
    assert team.calls() == ["slack.usergroups.list"]
