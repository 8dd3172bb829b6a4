"""Everything configurable, read from the environment here and nowhere else.

The names are a contract (README, Settings).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from incident.model.locale import SPOKEN

_SECRET = re.compile(r"projects/[^/]+/secrets/[^/]+(/versions/[^/]+)?")
_EMOJI = r":?(?:(?![A-Z])[\w+'-]){1,100}:?"
"""The character itself is none: Slack tells of reactions by their names, which are in lower case."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SettingsError(ValueError):
    """A setting that is missing or wrong; the text is one line that names it and says what to put there."""


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """What the Slack function needs.

    Attributes:
        project: Google Cloud project id.
        topic: Pub/Sub topic id.
        slack_signing_secret: the value, or the name of a Secret Manager secret.
        slack_bot_token: likewise.
        slack_api_url: root of Slack's Web API, with a slash at the end.
        locales: the languages of what everybody reads, `en` or `fr` or both, in this order.
        timeline_emoji: name of the reaction that puts a message into the timeline, without colons.
        pubsub_emulator_host: `host:port` of an emulator, or empty.
    """

    project: str
    topic: str
    slack_signing_secret: str = field(repr=False)
    slack_bot_token: str = field(repr=False)
    slack_api_url: str
    locales: tuple[str, ...]
    timeline_emoji: str
    pubsub_emulator_host: str

    @property
    def locale(self) -> str:
        """The language of what is said in one alone."""
        return self.locales[0]

    @property
    def topic_path(self) -> str:
        """The topic's full name."""
        return f"projects/{self.project}/topics/{self.topic}"

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads and checks the settings.

        Raises:
            SettingsError: for the first that is missing or wrong.
        """
        return cls(**_intake(_Reader(environment)))


@dataclass(frozen=True, slots=True)
class WorkerSettings(IntakeSettings):
    """What the worker needs besides.

    Attributes:
        store: `firestore`, `firestore:DATABASE` or `sqlite:PATH`.
        google_api_url: one root for Drive, Docs, Sheets, Meet and Calendar; empty for Google's own hosts.
        google_subject: Workspace user to act as; empty for none.
        template_id: Drive id of the incident report template.
        folder_id: Drive id of the incidents folder.
        spreadsheet_id: Drive id of the tracking spreadsheet.
        sheet: its tab.
        announcement_channel: where new incidents are announced, id or name.
        oncall_groups: ids of Slack user groups invited to every new incident.
        comms_group: id of the Slack user group that speaks for the organisation; empty for none.
        timezone: decides the date in names.
        max_delivery_attempts: how often Pub/Sub delivers a message before it becomes a dead letter.
        firestore_emulator_host: `host:port` of an emulator, or empty.
    """

    store: str
    google_api_url: str
    google_subject: str
    template_id: str
    folder_id: str
    spreadsheet_id: str
    sheet: str
    announcement_channel: str
    oncall_groups: tuple[str, ...]
    comms_group: str
    timezone: ZoneInfo
    max_delivery_attempts: int
    firestore_emulator_host: str

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads and checks the settings.

        Raises:
            SettingsError: for the first that is missing or wrong.
        """
        read = _Reader(environment)
        return cls(
            **_intake(read),
            store=read.matching(
                "INCIDENT_STORE",
                r"firestore(:.+)?|sqlite:.+",
                "firestore, firestore:DATABASE or sqlite:PATH",
                default="firestore",
            ),
            **_workspace(read),
            template_id=read.required("INCIDENT_TEMPLATE_ID"),
            folder_id=read.required("INCIDENT_FOLDER_ID"),
            spreadsheet_id=read.required("INCIDENT_SPREADSHEET_ID"),
            announcement_channel=read.matching(
                "INCIDENT_CHANNEL", r"#?[^#\s]+", "the id or name of one channel", default="incident-sre"
            ).removeprefix("#"),
            oncall_groups=tuple(
                group.strip() for group in read.get("INCIDENT_ONCALL_GROUPS", "").split(",") if group.strip()
            ),
            comms_group=read.matching(
                "INCIDENT_COMMS_GROUP", r"(S[A-Z0-9]+)?", "the id of one Slack user group, S...", default=""
            ),
            max_delivery_attempts=int(
                read.matching(
                    "INCIDENT_MAX_DELIVERY_ATTEMPTS",
                    r"[5-9]|[1-9]\d|100",
                    "a number from 5 to 100",
                    default="100",
                )
            ),
            firestore_emulator_host=read.get("FIRESTORE_EMULATOR_HOST", ""),
        )


@dataclass(frozen=True, slots=True)
class OperatorSettings:
    """What the commands that look after a deployed bot take for granted, unless they are told otherwise.

    Attributes:
        project: Google Cloud project id; empty if it is not set.
        topic: Pub/Sub topic id.
    """

    project: str
    topic: str

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads and checks the settings.

        Raises:
            SettingsError: for the first that is wrong.
        """
        read = _Reader(environment)
        return cls(project=read.get("GOOGLE_CLOUD_PROJECT", ""), topic=_topic(read))


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """What it takes to make the bot's files in Google Drive, before there is anything else of the bot.

    Attributes:
        google_api_url: as for the worker, and so are the rest.
        google_subject: whom the files belong to where they are in no Shared Drive.
        sheet: what the spreadsheet's tab is to be called.
        timezone: the spreadsheet's.
        locales: languages of what is made, at least one.
    """

    google_api_url: str
    google_subject: str
    sheet: str
    timezone: ZoneInfo
    locales: tuple[str, ...]

    @property
    def locale(self) -> str:
        """The language of what is said in one alone."""
        return self.locales[0]

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads and checks the settings.

        Raises:
            SettingsError: for the first that is wrong.
        """
        read = _Reader(environment)
        return cls(**_workspace(read), locales=_locales(read))


def is_loopback(url: str) -> bool:
    """Whether `url` points at this machine, where no credentials are looked for."""
    return urlsplit(url).hostname in _LOOPBACK


def is_same_site(url: str, root: str) -> bool:
    """Whether `url` is at the host of `root`, or one below it, by the same scheme; junk is not."""
    try:
        there, ours = urlsplit(url), urlsplit(root)
    except ValueError:
        return False
    host = f".{there.hostname or ''}"
    return there.scheme == ours.scheme and host.endswith(f".{ours.hostname}")


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that are none
        return False


def is_secret_name(value: str) -> bool:
    """Whether a setting names a Secret Manager secret instead of being the value."""
    return _SECRET.fullmatch(value) is not None


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str, default: str) -> str:
        return self._environment.get(name, "").strip() or default

    def required(self, name: str) -> str:
        value = self.get(name, "")
        if not value:
            raise SettingsError(f"{name} is not set; README lists the settings")
        return value

    def matching(self, name: str, pattern: str, wanted: str, *, default: str) -> str:
        value = self.get(name, default)
        if not re.fullmatch(pattern, value):
            raise SettingsError(f"{name} is {value!r}; it must be {wanted}")
        return value

    def url(self, name: str, *, default: str) -> str:
        value = self.get(name, default)
        if value and not _is_url(value):
            raise SettingsError(f"{name} is {value!r}; it must be a URL such as https://example.org/")
        if value and urlsplit(value).scheme == "http" and not is_loopback(value):
            raise SettingsError(f"{name} is {value!r}; http:// is for this machine alone, use https://")
        return value if not value or value.endswith("/") else value + "/"

    def secret(self, name: str) -> str:
        value = self.required(name)
        if value.startswith("projects/") and not is_secret_name(value):
            raise SettingsError(f"{name} must be projects/P/secrets/S, with /versions/V or without")
        return value

    def timezone(self, name: str, *, default: str) -> ZoneInfo:
        value = self.get(name, default)
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SettingsError(
                f"{name} is {value!r}; it must be a timezone such as America/Toronto"
            ) from None


def _topic(read: _Reader) -> str:
    return read.matching(
        "INCIDENT_TOPIC",
        r"[A-Za-z][A-Za-z0-9._~+%-]{2,254}",
        "the id of a Pub/Sub topic, without projects/P/topics/",
        default="incident-interactions",
    )


def _intake(read: _Reader) -> dict[str, Any]:
    return {
        "project": read.required("GOOGLE_CLOUD_PROJECT"),
        "topic": _topic(read),
        "slack_signing_secret": read.secret("SLACK_SIGNING_SECRET"),
        "slack_bot_token": read.secret("SLACK_BOT_TOKEN"),
        "slack_api_url": read.url("SLACK_API_URL", default="https://slack.com/api/"),
        "locales": _locales(read),
        "timeline_emoji": read.matching(
            "INCIDENT_TIMELINE_EMOJI",
            _EMOJI,
            "the name of one emoji, as Slack shows it between colons, such as memo",
            default="memo",
        ).strip(":"),
        "pubsub_emulator_host": read.get("PUBSUB_EMULATOR_HOST", ""),
    }


def _workspace(read: _Reader) -> dict[str, Any]:
    return {
        "google_api_url": read.url("GOOGLE_API_URL", default=""),
        "google_subject": read.matching(
            "GOOGLE_SUBJECT", r"([^@\s]+@[^@\s]+)?", "the e-mail address of a Workspace user", default=""
        ),
        "sheet": read.get("INCIDENT_SHEET", "Incidents"),
        "timezone": read.timezone("INCIDENT_TIMEZONE", default="UTC"),
    }


def _locales(read: _Reader) -> tuple[str, ...]:
    *others, last = SPOKEN
    wanted = f"{', '.join(others)} or {last}"
    return SPOKEN[read.matching("INCIDENT_LOCALE", "|".join(SPOKEN), wanted, default=others[0])]
