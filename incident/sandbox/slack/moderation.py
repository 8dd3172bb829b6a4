"""What people do to a channel as a whole: its name, its topic, its pins, its end."""

from __future__ import annotations

from incident.sandbox.slack import channel_changes, mrkdwn
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.interactions import NotPossibleError
from incident.sandbox.slack.sight import Sight
from incident.sandbox.slack.workspace import Channel, User, Workspace

_LONGEST_TOPIC = 250


class Moderation:
    """The hands of those who keep channels in order: all people but guests, as Slack has it at first."""

    def __init__(self, workspace: Workspace) -> None:
        """Acts in this workspace."""
        self._workspace = workspace
        self._sight = Sight(workspace)

    def archive(self, user: str, channel: str) -> None:
        """Archives a channel that one is in.

        Raises:
            NotPossibleError: they cannot: `general`, a direct message, a guest.
        """
        person, where = self._kept(user, channel)
        if where.name == "general":
            raise NotPossibleError(f"nobody can archive {where.id}")
        with self._workspace.lock:
            channel_changes.archive(self._workspace, where, person.id)

    def unarchive(self, user: str, channel: str) -> None:
        """Opens an archived channel again; the bot is not in it then, and has to come by itself.

        Raises:
            NotPossibleError: it is not archived, or they are a guest.
        """
        person, where = self._sight.at(user, channel)
        if not where.archived or person.restricted:
            raise NotPossibleError(f"{user} cannot unarchive {channel}")
        with self._workspace.lock:
            channel_changes.unarchive(self._workspace, where, person.id)

    def rename(self, user: str, channel: str, name: str) -> None:
        """Gives a channel another name, as Slack writes it: in small letters, hyphens for spaces.

        Raises:
            NotPossibleError: it cannot be called that, or they cannot rename it.
        """
        person, where = self._kept(user, channel)
        wanted = "-".join(name.strip().lower().split())
        with self._workspace.lock:
            try:
                channel_changes.check_name(self._workspace, wanted)
            except SlackError as refusal:
                raise NotPossibleError(f"{name!r}: {refusal.error}") from None
            channel_changes.rename(self._workspace, where, person.id, wanted)

    def set_topic(self, user: str, channel: str, topic: str) -> None:
        """Sets the topic, or clears it.

        Args:
            user: the id of who does.
            channel: the channel's id.
            topic: at most 250 characters, escaped here.

        Raises:
            NotPossibleError: it is too long, or they cannot.
        """
        person, where = self._kept(user, channel)
        if len(topic) > _LONGEST_TOPIC:
            raise NotPossibleError(f"a topic has at most {_LONGEST_TOPIC} characters")
        with self._workspace.lock:
            words = mrkdwn.escape(topic)
            channel_changes.describe(self._workspace, where, person.id, "topic", words)

    def unpin(self, user: str, channel: str, ts: str) -> None:
        """Takes a message off the channel's pins.

        Raises:
            NotPossibleError: it is not pinned, or they cannot.
        """
        person, where = self._kept(user, channel)
        message = self._sight.shared(person, where, ts)
        if ts not in where.pins:
            raise NotPossibleError(f"message {ts} is not pinned")
        with self._workspace.lock:
            channel_changes.unpin(self._workspace, where, person.id, message)

    def delete(self, user: str, channel: str) -> None:
        """Deletes a channel with all that is in it, archived or not.

        Raises:
            NotPossibleError: they are no admin, or nobody can: `general`, a direct message.
        """
        person, where = self._sight.at(user, channel)
        if not person.admin or where.kind == "direct" or where.name == "general":
            raise NotPossibleError(f"{user} cannot delete {channel}")
        with self._workspace.lock:
            channel_changes.destroy(self._workspace, where, person.id)

    def _kept(self, user: str, channel: str) -> tuple[User, Channel]:
        """The person and a channel that they may change: one that they are in, and no guest."""
        person, where = self._sight.within(user, channel)
        if person.restricted or person.team or where.kind == "direct":
            raise NotPossibleError(f"{user} cannot change {channel}")
        return person, where
