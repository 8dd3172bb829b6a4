"""What surfaces and workflows work with; made once for an instance and passed in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from incident.messages.bilingual import joined, merged
from incident.messages.locales import words_for
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.incident import Incident
from incident.model.slack_words import Directory, in_words
from incident.runtime.failures import StepError
from incident.services.docs import Docs
from incident.services.docs_pages import Pages
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
        languages: the words of each language that the channels are spoken to in, the first before the others.
        announcement_channel: id or name of the channel where new incidents are announced.
        oncall_groups: ids of the Slack user groups that are invited to every new incident.
        comms_group: id of the Slack user group that speaks for the organisation; empty for none.
        archive_after_days: from closing an incident to archiving its channel.
        timezone: decides the date in names.
        timeline_emoji: name of the reaction that puts a message into the timeline.
        slack_root: where Slack's own pages are, with a slash at the end.
    """

    store: IncidentStore
    slack: Slack
    people: People
    meet: Meet
    drive: Drive
    docs: Docs
    pages: Pages
    sheets: Sheets
    languages: tuple[Words, ...]
    announcement_channel: str
    oncall_groups: tuple[str, ...]
    comms_group: str
    archive_after_days: int
    timezone: ZoneInfo
    timeline_emoji: str
    slack_root: str

    @property
    def say(self) -> Words:
        """The words of the first language, for what has one alone."""
        return self.languages[0]

    def public(self, render: Callable[[Words], Message]) -> Message:
        """A message for a channel, in all its languages."""
        return merged([render(say) for say in self.languages])

    def public_text(self, render: Callable[[Words], str], limit: int | None = None) -> str:
        """A short text for everybody, such as a label, in all languages; each once.

        Args:
            render: the text in one language.
            limit: characters of the result; None for any.
        """
        texts = [render(say) for say in self.languages]
        return texts[0] if len(texts) == 1 else joined(texts, limit)

    def words_for(self, user: str) -> Words:
        """The words for a person, in their own language where it is known already."""
        return words_for(self.people.language(user) or self.say.locale)

    def words_in_person(self, user: str) -> Words:
        """The words for a message that may take its time: the person's language is asked for first."""
        with suppress(StepError):
            self.people.profile(user)
        return self.words_for(user)

    @property
    def directory(self) -> Directory:
        """What people, groups and channels are called, for texts outside Slack."""
        people, say = self.people, self.say
        return Directory(
            people.known_name, people.group_name, people.channel_name, say.somebody, say.some_channel
        )

    def in_words(self, text: str) -> str:
        """A text as Slack sent it, in words without ids.

        Raises:
            TransientError: Slack does not say what a person is called.
        """
        return in_words(text, self.directory)

    def channel_url(self, team: str, channel_id: str) -> str:
        """A link to a channel for places outside Slack.

        https://docs.slack.dev/interactivity/deep-linking
        """
        return f"{self.slack_root}app_redirect?team={team}&channel={channel_id}"

    def message_url(self, channel_id: str, ts: str, thread_ts: str = "") -> str:
        """The link to a message, made as Slack makes permalinks: asking Slack may take too long.

        https://docs.slack.dev/reference/methods/chat.getPermalink

        Args:
            channel_id: of its channel.
            ts: its own.
            thread_ts: of the thread it is a reply in; empty for none.
        """
        link = f"{self.slack_root}archives/{channel_id}/p{ts.replace('.', '')}"
        return f"{link}?thread_ts={thread_ts}&cid={channel_id}" if thread_ts else link


def tag(kind: str, incident: Incident, key: str = "") -> MessageTag:
    """How a message of an incident is known again."""
    return MessageTag(kind, incident.id, key)


def since(incident: Incident) -> float:
    """No message of the incident is older, in seconds since the epoch, by Slack's clock too."""
    return incident.declared_at.timestamp() - CLOCK_SKEW_SECONDS
