"""What a person can see in the workspace, and what of it is theirs."""

from __future__ import annotations

from incident.sandbox.slack.interactions import NotPossibleError
from incident.sandbox.slack.workspace import Channel, Message, User, Workspace


class Sight:
    """Finds people, channels and messages as far as a person sees them."""

    def __init__(self, workspace: Workspace) -> None:
        """Looks into this workspace."""
        self._workspace = workspace

    def person(self, user: str) -> User:
        """The person.

        Raises:
            NotPossibleError: there is none, or their account is deactivated.
        """
        person = self._workspace.users.get(user)
        if person is None or person.bot_id or person.deleted:
            raise NotPossibleError(f"there is no person {user}")
        return person

    def at(self, user: str, channel: str) -> tuple[User, Channel]:
        """The person and the channel, which they can look into: guests and strangers only as members.

        Raises:
            NotPossibleError: they cannot.
        """
        person, where = self.person(user), self._workspace.channels.get(channel)
        outside = person.restricted or person.ultra_restricted or person.team
        if where is None or (user not in where.members and (where.kind != "public" or outside)):
            raise NotPossibleError(f"{user} sees no channel {channel}")
        return person, where

    def within(self, user: str, channel: str) -> tuple[User, Channel]:
        """The person and the channel, which they are a member of and which is not archived.

        Raises:
            NotPossibleError: they are not, or it is.
        """
        person, where = self.at(user, channel)
        if where.archived:
            raise NotPossibleError(f"{where.id} is archived")
        if person.id not in where.members:
            raise NotPossibleError(f"{person.id} has to join {where.id} first")
        return person, where

    def message(self, person: User, where: Channel, ts: str) -> Message:
        """The message.

        Raises:
            NotPossibleError: they see none such.
        """
        message = self._workspace.messages.get(ts)
        if message is None or message.channel != where.id or message.ephemeral_to not in {None, person.id}:
            raise NotPossibleError(f"{person.id} sees no message {ts} in {where.id}")
        return message

    def shared(self, person: User, where: Channel, ts: str) -> Message:
        """The message, which others see, too, and which is not deleted.

        Raises:
            NotPossibleError: they see none such.
        """
        message = self.message(person, where, ts)
        if message.ephemeral_to or message.subtype == "tombstone":
            raise NotPossibleError(f"nothing can be done with message {ts}")
        return message

    def own(self, user: str, channel: str, ts: str) -> Message:
        """The message, which is theirs and in no archived channel.

        Raises:
            NotPossibleError: it is not, or it is.
        """
        person, where = self.at(user, channel)
        message = self.message(person, where, ts)
        if message.user != person.id or message.subtype or where.archived:
            raise NotPossibleError(f"message {ts} is not for {user} to change")
        return message

    def deletable(self, user: str, channel: str, ts: str) -> Message:
        """The message, which is theirs, or anybody's if they are an admin; not a line of Slack's own.

        Raises:
            NotPossibleError: it is not for them to delete, or in an archived channel.
        """
        person, where = self.at(user, channel)
        message = self.message(person, where, ts)
        if not person.admin or message.ephemeral_to:
            return self.own(user, channel, ts)
        if message.subtype not in {"", "bot_message"} or where.archived:
            raise NotPossibleError(f"message {ts} is not for {user} to delete")
        return message
