"""Settings: each that is wrong or missing is one clear line that names it."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.runtime.settings import (
    IntakeSettings,
    SettingsError,
    WorkerSettings,
    WorkspaceSettings,
    is_loopback,
    is_same_site,
    is_secret_name,
)

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_TOKEN = "xoxb-not-for-anybody"
ENVIRONMENT = {
    "GOOGLE_CLOUD_PROJECT": "project",
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "SLACK_BOT_TOKEN": BOT_TOKEN,
    "INCIDENT_TEMPLATE_ID": "template",
    "INCIDENT_FOLDER_ID": "folder",
    "INCIDENT_SPREADSHEET_ID": "spreadsheet",
}


def refusal(kind: type[IntakeSettings], **changed: str) -> str:
    with pytest.raises(SettingsError) as refused:
        kind.load({**ENVIRONMENT, **changed})
    written = "".join(traceback.format_exception(refused.value))
    assert SIGNING_SECRET not in written
    assert BOT_TOKEN not in written
    line = str(refused.value)
    assert len(line.splitlines()) == 1
    return line


def test_the_defaults() -> None:
    settings = WorkerSettings.load(ENVIRONMENT)
    assert settings.topic_path == "projects/project/topics/incident-interactions"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.store, settings.google_api_url, settings.google_subject) == ("firestore", "", "")
    assert (settings.sheet, settings.announcement_channel) == ("Incidents", "incident-sre")
    assert (settings.oncall_groups, settings.comms_group) == ((), "")
    assert (settings.timezone, settings.locales) == (ZoneInfo("UTC"), ("en",))
    assert settings.timeline_emoji == "memo"
    assert (settings.pubsub_emulator_host, settings.firestore_emulator_host) == ("", "")


def test_everything_can_be_set() -> None:
    settings = WorkerSettings.load(
        ENVIRONMENT
        | {
            "INCIDENT_TOPIC": "other-topic",
            "INCIDENT_STORE": "sqlite:/tmp/store",
            "SLACK_API_URL": "http://127.0.0.1:8080/api",
            "GOOGLE_API_URL": "http://localhost:8081",
            "GOOGLE_SUBJECT": "bot@example.org",
            "INCIDENT_SHEET": "Tab 1",
            "INCIDENT_CHANNEL": "#war-room",
            "INCIDENT_ONCALL_GROUPS": " S1, S2,,",
            "INCIDENT_COMMS_GROUP": " S0COMMS ",
            "INCIDENT_TIMEZONE": "America/Toronto",
            "INCIDENT_LOCALE": "fr",
            "INCIDENT_TIMELINE_EMOJI": " :push_pin-2: ",
            "PUBSUB_EMULATOR_HOST": "127.0.0.1:1",
            "FIRESTORE_EMULATOR_HOST": "127.0.0.1:2",
        }
    )
    assert settings.topic == "other-topic"
    assert settings.slack_api_url == "http://127.0.0.1:8080/api/"
    assert settings.google_api_url == "http://localhost:8081/"
    assert settings.google_subject == "bot@example.org"
    assert (settings.sheet, settings.announcement_channel) == ("Tab 1", "war-room")
    assert (settings.oncall_groups, settings.comms_group) == (("S1", "S2"), "S0COMMS")
    assert (settings.timezone.key, settings.locales) == ("America/Toronto", ("fr",))
    assert settings.timeline_emoji == "push_pin-2"
    assert (settings.pubsub_emulator_host, settings.firestore_emulator_host) == ("127.0.0.1:1", "127.0.0.1:2")


@pytest.mark.parametrize("kind", [IntakeSettings, WorkerSettings, WorkspaceSettings])
@pytest.mark.parametrize(
    ("chosen", "locales", "locale"),
    [
        ("en", ("en",), "en"),
        ("fr", ("fr",), "fr"),
        ("both", ("en", "fr"), "en"),
        (" both ", ("en", "fr"), "en"),
    ],
)
def test_the_languages(kind: Any, chosen: str, locales: tuple[str, ...], locale: str) -> None:
    settings = kind.load(ENVIRONMENT | {"INCIDENT_LOCALE": chosen})
    assert (settings.locales, settings.locale) == (locales, locale)


def test_a_language_that_is_not_spoken_is_told_what_is_possible() -> None:
    line = refusal(IntakeSettings, INCIDENT_LOCALE="de")
    assert line == "INCIDENT_LOCALE is 'de'; it must be en, fr or both"


@pytest.mark.parametrize("name", ENVIRONMENT)
@pytest.mark.parametrize("value", ["", "  "])
def test_a_missing_setting_is_named(name: str, value: str) -> None:
    assert refusal(WorkerSettings, **{name: value}).startswith(f"{name} ")


def test_the_slack_function_needs_less() -> None:
    needed = ("GOOGLE_CLOUD_PROJECT", "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")
    IntakeSettings.load({name: ENVIRONMENT[name] for name in needed})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INCIDENT_STORE", "postgres"),
        ("INCIDENT_STORE", "sqlite:"),
        ("INCIDENT_STORE", "firestore:"),
        ("INCIDENT_LOCALE", "de"),
        ("INCIDENT_LOCALE", "en\nfr"),
        ("INCIDENT_LOCALE", "en,fr"),
        ("INCIDENT_LOCALE", "Both"),
        ("INCIDENT_TIMELINE_EMOJI", "📝"),
        ("INCIDENT_TIMELINE_EMOJI", "memo, pushpin"),
        ("INCIDENT_TIMELINE_EMOJI", "Memo"),
        ("INCIDENT_TIMELINE_EMOJI", "::"),
        ("INCIDENT_TIMELINE_EMOJI", "hand::skin-tone-2"),
        ("INCIDENT_COMMS_GROUP", "@comms"),
        ("INCIDENT_COMMS_GROUP", "S1,S2"),
        ("INCIDENT_COMMS_GROUP", "<!subteam^S1>"),
        ("INCIDENT_TIMEZONE", "Mars/Olympus"),
        ("INCIDENT_TIMEZONE", "America"),
        ("INCIDENT_TIMEZONE", "../../etc/passwd"),
        ("INCIDENT_TIMEZONE", "a\x00b"),
        ("SLACK_API_URL", "slack.com/api"),
        ("SLACK_API_URL", "http://slack.com/api/"),
        ("SLACK_API_URL", "ftp://127.0.0.1/"),
        ("SLACK_API_URL", "https:///api/"),
        ("SLACK_API_URL", "http://[::1/api/"),
        ("GOOGLE_API_URL", "http://[/"),
        ("GOOGLE_API_URL", "http://127.0.0.1:port/"),
        ("GOOGLE_API_URL", "http://127.0.0.1.example.org/"),
        ("GOOGLE_API_URL", "//127.0.0.1/"),
        ("GOOGLE_SUBJECT", "bot"),
        ("SLACK_SIGNING_SECRET", "projects/p/secret/s"),
        ("SLACK_SIGNING_SECRET", "projects/p/secrets/s/versions/"),
        ("SLACK_BOT_TOKEN", "projects/p/secrets/s/version/1"),
        ("INCIDENT_TOPIC", "projects/p/topics/t"),
        ("INCIDENT_CHANNEL", "#"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    assert refusal(WorkerSettings, **{name: value}).startswith(f"{name} ")


@given(st.sampled_from(["INCIDENT_STORE", "SLACK_API_URL", "GOOGLE_API_URL", "INCIDENT_TIMEZONE"]), st.text())
def test_any_text_is_a_setting_or_refused_in_one_line(name: str, value: str) -> None:
    said = [f"{name} "]
    try:
        WorkerSettings.load({**ENVIRONMENT, name: value})
    except SettingsError as error:
        said = str(error).splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"{name} ")


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format])
def test_secrets_are_never_shown(show: Any) -> None:
    shown = show(WorkerSettings.load(ENVIRONMENT))
    assert SIGNING_SECRET not in shown
    assert BOT_TOKEN not in shown
    assert "template" in shown


def test_settings_can_be_copied_to_another_process() -> None:
    settings = WorkerSettings.load(ENVIRONMENT)
    assert pickle.loads(pickle.dumps(settings)) == copy.copy(settings) == settings


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("projects/p/secrets/s", True),
        ("projects/p/secrets/s/versions/3", True),
        ("projects/p/secrets/s/versions/latest", True),
        ("xoxb-1", False),
        ("projects/p/secrets/s/", False),
        ("", False),
    ],
)
def test_names_of_secrets(value: str, named: bool) -> None:
    assert is_secret_name(value) is named


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:80/", True),
        ("http://localhost/", True),
        ("http://[::1]:80/", True),
        ("https://slack.com/", False),
        ("http://127.0.0.1@example.org/", False),
        ("", False),
    ],
)
def test_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://hooks.slack.com/actions/T0/1/x", True),
        ("https://slack.com/x", True),
        ("https://HOOKS.slack.com:443/x", True),
        ("http://hooks.slack.com/x", False),
        ("https://hooks.slack.com.example.org/x", False),
        ("https://notslack.com/x", False),
        ("https://hooks.slack.com@example.org/x", False),
        ("https://169.254.169.254/", False),
        ("https://[::1/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_what_is_same_site_slack(url: str, leads: bool) -> None:
    assert is_same_site(url, "https://slack.com/api/") is leads
