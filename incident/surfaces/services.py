"""What surfaces and workflows work with; made once for an instance and passed in."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from incident.messages.words import Words
from incident.model.incident import Incident
from incident.services.docs import Docs
from incident.services.drive import Drive
from incident.services.meet import Meet
from incident.services.people import People
from incident.services.sheets import Sheets
from incident.services.slack import MessageTag, Slack
from incident.store.contract import IncidentStore

CLOCK_SKEW_SECONDS = 120.0
"""How far the clocks of Slack and of our functions may be apart when a message is looked for by its age."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services, the store and the words.

    Attributes:
        announcement_channel: id or name of the channel where new incidents are announced.
        oncall_groups: ids of the Slack user groups that are invited to every new incident.
        timezone: decides the date in names.
        slack_root: where Slack's own pages are, with a slash at the end.
    """

    store: IncidentStore
    slack: Slack
    people: People
    meet: Meet
    drive: Drive
    docs: Docs
    sheets: Sheets
    say: Words
    announcement_channel: str
    oncall_groups: tuple[str, ...]
    timezone: ZoneInfo
    slack_root: str

    def channel_url(self, team: str, channel_id: str) -> str:
        """A link to a channel for places outside Slack.

        https://docs.slack.dev/interactivity/deep-linking
        """
        return f"{self.slack_root}app_redirect?team={team}&channel={channel_id}"


def tag(kind: str, incident: Incident, key: str = "") -> MessageTag:
    """How a message of an incident is known again."""
    return MessageTag(kind, incident.id, key)


def since(incident: Incident) -> float:
    """No message of the incident is older, in seconds since the epoch, by Slack's clock too."""
    return incident.declared_at.timestamp() - CLOCK_SKEW_SECONDS
