"""What people do in channels and direct messages: write, press, come and go.

Source: Slack's "Slash commands", "Handling user interaction" and "Events API".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from incident.sandbox.slack import (
    channel_changes,
    chat,
    conversations,
    events,
    mrkdwn,
    payloads,
    reactions,
    shortcuts,
)
from incident.sandbox.slack.entries import Entry, state
from incident.sandbox.slack.interactions import Interactions, NotPossibleError, Reply
from incident.sandbox.slack.shortcuts import Shortcut, Sort
from incident.sandbox.slack.sight import Sight
from incident.sandbox.slack.workspace import Channel, Message, User, Workspace


class People:
    """The hands of everybody in the workspace.

    Attributes:
        commands: the slash commands the app has.
        events: whether the bot is told at once, and while the person waits, of messages in its channels.
    """

    def __init__(self, workspace: Workspace, interactions: Interactions) -> None:
        """Acts in the workspace; what is for the bot goes through `interactions`."""
        self.commands = frozenset({"/incident"})
        self.events = False
        self._shortcuts: tuple[Shortcut, ...] = ()
        self._workspace = workspace
        self._interactions = interactions
        self._sight = Sight(workspace)

    @property
    def shortcuts(self) -> tuple[Shortcut, ...]:
        """The shortcuts the app has; with none given, people may use any."""
        return self._shortcuts

    @shortcuts.setter
    def shortcuts(self, given: Sequence[Shortcut]) -> None:
        self._shortcuts = shortcuts.checked(given)

    def type(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        literal: bool = False,
        broadcast: bool = False,
    ) -> Reply:
        """Types a line and presses enter; a line that begins with `/` is a command.

        Args:
            user: the id of who types.
            channel: its id.
            text: as typed: `@name` and `#channel` are found, all else is escaped.
            thread_ts: the message replied to; commands cannot be typed there.
            literal: whether `@name` and `#channel` stay the characters that were typed, as they do where a
                person does not pick from what Slack offers.
            broadcast: whether a reply is sent to the channel as well.

        Raises:
            NotPossibleError: the person cannot write there.
        """
        if text.startswith("/"):
            person, where = self._sight.at(user, channel)
            if where.archived:
                raise NotPossibleError(f"{where.id} is archived")
            return self._command(person, where, text, in_thread=thread_ts is not None, literal=literal)
        message = self.draft(user, channel, text, thread_ts, literal=literal)
        return self.post(replace(message, broadcast=broadcast and thread_ts is not None))

    def draft(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, *, literal: bool = False
    ) -> Message:
        """A message as it would be if the person posted it now; see `type`.

        Raises:
            NotPossibleError: the person cannot write there.
        """
        person, where = self._sight.within(user, channel)
        parent = self._sight.message(person, where, thread_ts) if thread_ts else None
        if parent is not None and (parent.ephemeral_to or parent.is_reply):
            raise NotPossibleError(f"message {thread_ts} has no thread")
        words = self._escaped(text, labels=False, literal=literal)
        return Message(where.id, self._workspace.new_ts(), person.id, words, thread_ts=thread_ts)

    def post(self, message: Message) -> Reply:
        """Posts what was drafted."""
        with self._workspace.lock:
            where = self._workspace.channels[message.channel]
            self._workspace.put(message)
        if not self.events or self._workspace.bot.id not in where.members:
            self._workspace.happened(lambda: events.message_posted(self._workspace, message))
            return Reply(ts=message.ts)
        event = payloads.event_callback(self._workspace, events.message_posted(self._workspace, message))
        answer = self._interactions.send_event(event, {})
        return Reply(answer.status, answer.body, answer.seconds, ts=message.ts)

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Changes the words of a message of one's own.

        Args:
            user: the id of whose message it is.
            channel: its id.
            ts: of the message.
            text: as typed; see `type`.

        Raises:
            NotPossibleError: it is not theirs, or the channel is archived.
        """
        message = self._sight.own(user, channel, ts)
        words = self._escaped(text, labels=False)
        changed = replace(message, text=words, blocks=(), edited=self._workspace.new_ts())
        with self._workspace.lock:
            self._workspace.put(changed)
            self._workspace.happened(lambda: events.message_changed(self._workspace, changed, message))

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Deletes a message of one's own, or as an admin anybody's; one with replies leaves a tombstone.

        Raises:
            NotPossibleError: it is not theirs, or the channel is archived.
        """
        message = self._sight.deletable(user, channel, ts)
        with self._workspace.lock:
            chat.remove(self._workspace, message)

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Gives a message a reaction: any message but one that only one person sees.

        Args:
            user: the id of who does; a member.
            channel: the channel's id.
            ts: of the message; also of a reply in a thread.
            name: of the emoji, without colons, such as `memo` or `memo::skin-tone-3`.

        Raises:
            NotPossibleError: there is no such message or emoji for them, or they gave it already.
        """
        person, where = self._sight.within(user, channel)
        with self._workspace.lock:
            reactions.add(self._workspace, self._sight.shared(person, where, ts), person.id, name)

    def unreact(self, user: str, channel: str, ts: str, name: str) -> None:
        """Takes a reaction of one's own off a message; see `react`.

        Raises:
            NotPossibleError: there is no such message for them, or they did not give it.
        """
        person, where = self._sight.within(user, channel)
        with self._workspace.lock:
            reactions.remove(self._workspace, self._sight.shared(person, where, ts), person.id, name)

    def join(self, user: str, channel: str) -> None:
        """Joins a public channel; being in already is fine.

        Raises:
            NotPossibleError: it is not public, or archived, or they are a guest.
        """
        person, where = self._sight.at(user, channel)
        if where.archived:
            raise NotPossibleError(f"{where.id} is archived")
        with self._workspace.lock:
            if person.id not in where.members:
                channel_changes.enter(self._workspace, where, person.id)

    def leave(self, user: str, channel: str) -> None:
        """Leaves a channel; not being in is fine.

        Raises:
            NotPossibleError: that one cannot be left: `general`, a direct message, an archived one.
        """
        person, where = self._sight.at(user, channel)
        if where.kind == "direct" or where.name == "general" or where.archived:
            raise NotPossibleError(f"nobody can leave {where.id}")
        with self._workspace.lock:
            if person.id in where.members:
                channel_changes.leave(self._workspace, where, person.id)

    def invite(self, user: str, channel: str, other: str) -> None:
        """Brings another person into a channel that one is in; being in already is fine.

        Raises:
            NotPossibleError: they are not in it, or the other cannot be brought into it.
        """
        person, where = self._sight.within(user, channel)
        guest = self._workspace.users.get(other)
        if where.kind == "direct":
            raise NotPossibleError(f"{user} cannot bring anybody into {channel}")
        if guest is None or guest.deleted or guest.ultra_restricted or guest.team:
            raise NotPossibleError(f"{other} cannot be brought into {channel}")
        with self._workspace.lock:
            if guest.id not in where.members:
                channel_changes.enter(self._workspace, where, guest.id, inviter=person.id)

    def open_direct(self, user: str) -> str:
        """Opens one's conversation with the bot, as from the app's page; returns the channel's id.

        Raises:
            NotPossibleError: there is no such person.
        """
        person = self._sight.person(user)
        with self._workspace.lock:
            return conversations.direct_channel(self._workspace, person.id).id

    def press(self, user: str, channel: str, ts: str, action_id: str, value: Entry = None) -> Reply:
        """Presses a button or chooses in a message, having confirmed what there was to confirm.

        Args:
            user: the id of who does.
            channel: the channel's id.
            ts: of the message; also of an ephemeral one that this person sees.
            action_id: of the element.
            value: what is chosen: an option's value, a user's id, a date.

        Raises:
            NotPossibleError: there is no such element for them, or no such person to choose.
            UnknownOptionError: nothing is chosen, or what the element does not offer.
        """
        person, where = self._sight.at(user, channel)
        message = self._sight.message(person, where, ts)
        acted = self._interactions.chosen(message.blocks, action_id, value)
        url = self._interactions.response_url(person, where, message.ts)
        values = state(message.blocks, {action_id: value})
        payload = payloads.block_action(self._workspace, person, where, message, action=acted, values=values)
        return self._interactions.interact(person, {**payload, "response_url": url})

    def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Reply:
        """Chooses one of the app's shortcuts in the menu of a message; replies in threads have it, too.

        Args:
            user: the id of who does.
            channel: the channel's id; the bot need not be in it.
            ts: of the message.
            callback_id: of the shortcut.

        Raises:
            NotPossibleError: they see no such message, or it is ephemeral: those have no menu; or the app
                has no such shortcut.
        """
        person, where = self._sight.at(user, channel)
        message = self._sight.message(person, where, ts)
        if message.ephemeral_to or message.subtype == "tombstone":
            raise NotPossibleError(f"message {ts} offers no shortcuts")
        self._check_shortcut(callback_id, "message")
        payload = payloads.message_shortcut(self._workspace, person, where, message, callback_id)
        url = self._interactions.response_url(person, where, None)
        return self._interactions.interact(person, {**payload, "response_url": url})

    def global_shortcut(self, user: str, callback_id: str) -> Reply:
        """Chooses one of the app's shortcuts beside the box in which people write.

        Args:
            user: the id of who does.
            callback_id: of the shortcut.

        Raises:
            NotPossibleError: there is no such person, or the app has no such shortcut.
        """
        person = self._sight.person(user)
        self._check_shortcut(callback_id, "global")
        return self._interactions.interact(
            person, payloads.global_shortcut(self._workspace, person, callback_id)
        )

    def _check_shortcut(self, callback_id: str, sort: Sort) -> None:
        offered = {shortcut.callback_id for shortcut in self._shortcuts if shortcut.type == sort}
        if self._shortcuts and callback_id not in offered:
            raise NotPossibleError(f"the app has no {sort} shortcut {callback_id}")

    def _escaped(self, text: str, *, labels: bool, literal: bool = False) -> str:
        def mention(name: str) -> str | None:
            if literal:
                return None
            if name in {"here", "channel", "everyone"}:
                # A command is given these as plain words, which notify no person.
                return None if labels else f"<!{name}>"
            for user in self._workspace.users.values():
                if user.name == name and not user.deleted:
                    return f"<@{user.id}|{name}>" if labels else f"<@{user.id}>"
            for group in self._workspace.groups.values():
                if group.handle == name:
                    return f"<!subteam^{group.id}|@{name}>" if labels else f"<!subteam^{group.id}>"
            return None

        def channel(name: str) -> str | None:
            found = None if literal else self._workspace.channel_named(name)
            if found is None:
                return None
            return f"<#{found.id}|{name}>" if labels else f"<#{found.id}>"

        return mrkdwn.typed(text, mention, channel)

    def _command(self, person: User, where: Channel, line: str, *, in_thread: bool, literal: bool) -> Reply:
        command, _, words = line.partition(" ")
        if command not in self.commands:
            return self._interactions.told(person, where, f"`{command}` is not a valid command.", Reply())
        if in_thread:
            words = f"{command} is not supported in threads. Sorry!"
            return self._interactions.told(person, where, words, Reply())
        escaped = self._escaped(words.strip(), labels=True, literal=literal)
        form = payloads.slash_command(self._workspace, person, where, command, escaped)
        return self._interactions.command(person, where, form)
