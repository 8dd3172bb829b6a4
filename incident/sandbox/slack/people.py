"""What people do: type, press, fill in modals. The bot is asked as Slack asks it.

Source: Slack's "Slash commands", "Handling user interaction", "Modals" and "Events API".
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from incident.sandbox.slack import bot_link, mrkdwn, payloads, responses
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.bot_link import Answer
from incident.sandbox.slack.conversations import enter
from incident.sandbox.slack.entries import Entry, action, refused, state
from incident.sandbox.slack.modals import checked, show
from incident.sandbox.slack.workspace import (
    SLACKBOT,
    Channel,
    JsonObject,
    Message,
    Trigger,
    User,
    View,
    Workspace,
)

TROUBLE = "We had some trouble connecting. Try again?"
_OLD = 3600.0
"""Seconds after which triggers and response URLs are forgotten; both have long run out."""


class NotPossibleError(ValueError):
    """A person cannot do that: not there, not theirs to see, archived."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of something a person did.

    Attributes:
        status: the HTTP status the bot answered with; 0 if it was not asked or did not answer.
        body: the bot's answer.
        seconds: how long the bot took.
        shown: the words the person sees because of it; empty if nothing changes for them at once.
        ts: of the message, their own or the answer, that is there because of it.
        view: the id of the modal that is open on their screen afterwards.
        errors: what is wrong in that modal, by block id.
    """

    status: int = 0
    body: str = ""
    seconds: float = 0.0
    shown: str = ""
    ts: str | None = None
    view: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass
class People:
    """The hands of everybody in the workspace.

    Attributes:
        workspace: the state.
        signing_secret: what requests to the bot are signed with.
        root: gives the stand-in's root URL.
        bot_url: where the bot listens.
        commands: the slash commands the app has.
        events: whether the bot is told of messages in the channels it is in.
    """

    workspace: Workspace
    signing_secret: str
    root: Callable[[], str]
    bot_url: str = ""
    commands: frozenset[str] = frozenset({"/incident"})
    events: bool = False

    def type(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Reply:
        """Types a line and presses enter; a line that begins with `/` is a command.

        Args:
            user: the id of who types.
            channel: its id.
            text: as typed: `@name` and `#channel` are found, all else is escaped.
            thread_ts: the message replied to; commands cannot be typed there.

        Raises:
            NotPossibleError: the person cannot write there.
        """
        person, where = self._at(user, channel)
        if where.archived:
            raise NotPossibleError(f"{where.id} is archived")
        if text.startswith("/"):
            return self._command(person, where, text, in_thread=thread_ts is not None)
        if person.id not in where.members:
            raise NotPossibleError(f"{person.id} has to join {where.id} first")
        ts = self.workspace.new_ts()
        message = Message(where.id, ts, person.id, self._escaped(text, labels=False), thread_ts=thread_ts)
        self.workspace.put(message)
        if self.events and self.workspace.bot.id in where.members:
            event = payloads.message_event(self.workspace, where, message)
            answer = bot_link.post_json(self.bot_url, self.signing_secret, event)
            return Reply(answer.status, answer.body, answer.seconds, ts=ts)
        return Reply(ts=ts)

    def join(self, user: str, channel: str) -> None:
        """Joins a public channel; being in already is fine.

        Raises:
            NotPossibleError: it is not public.
        """
        person, where = self._at(user, channel)
        with self.workspace.lock:
            if person.id not in where.members:
                enter(self.workspace, where, person.id)

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
        person, where = self._at(user, channel)
        message = self._message(person, where, ts)
        acted = self._action(message.blocks, action_id, value)
        url = self._response_url(person, where, message.ts)
        values = state(message.blocks, {action_id: value})
        payload = payloads.block_action(self.workspace, person, where, message, action=acted, values=values)
        return self._interact(person, {**payload, "response_url": url})

    def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Reply:
        """Chooses one of the app's shortcuts in the menu of a message; replies in threads have it, too.

        Args:
            user: the id of who does.
            channel: the channel's id; the bot need not be in it.
            ts: of the message.
            callback_id: of the shortcut.

        Raises:
            NotPossibleError: they see no such message, or it is ephemeral: those have no menu.
        """
        person, where = self._at(user, channel)
        message = self._message(person, where, ts)
        if message.ephemeral_to or message.subtype == "tombstone":
            raise NotPossibleError(f"message {ts} offers no shortcuts")
        payload = payloads.message_shortcut(self.workspace, person, where, message, callback_id)
        url = self._response_url(person, where, None)
        return self._interact(person, {**payload, "response_url": url})

    def press_in_view(self, user: str, view_id: str, action_id: str, value: Entry = None) -> Reply:
        """Presses a button or chooses in a modal.

        Raises:
            NotPossibleError: there is no such element for them.
        """
        view = self._view(user, view_id)
        acted = self._action(view.content["blocks"], action_id, value)
        values = state(view.content["blocks"], {action_id: value})
        person = self.workspace.users[user]
        payload = payloads.view_action(self.workspace, person, view, action=acted, values=values)
        return self._interact(person, payload)

    def submit(self, user: str, view_id: str, values: Mapping[str, Entry]) -> Reply:
        """Submits a modal.

        Args:
            user: on whose screen it is.
            view_id: which.
            values: what was entered, by action id; elements without one keep what they were at first.

        Raises:
            NotPossibleError: there is no such modal.
        """
        view = self._view(user, view_id)
        wrong = dict(refused(view.content["blocks"], values))
        if wrong:
            return self._wrong(view, wrong, Reply())
        entered = state(view.content["blocks"], values)
        person = self.workspace.users[user]
        payload = payloads.view_submission(self.workspace, person, view, entered)
        return self._submitted(view, self._send(person, payload))

    def close(self, user: str, view_id: str) -> Reply:
        """Closes a modal; the bot is told if the modal asks for it.

        Raises:
            NotPossibleError: there is no such modal.
        """
        view = self._view(user, view_id)
        self.workspace.drop(view)
        if not view.content.get("notify_on_close"):
            return Reply()
        person = self.workspace.users[user]
        answer = self._send(person, payloads.view_closed(self.workspace, person, view))
        return Reply(answer.status, answer.body, answer.seconds)

    def _at(self, user: str, channel: str) -> tuple[User, Channel]:
        person, where = self.workspace.users.get(user), self.workspace.channels.get(channel)
        if person is None or person.bot_id:
            raise NotPossibleError(f"there is no person {user}")
        if where is None or (where.kind != "public" and user not in where.members):
            raise NotPossibleError(f"{user} sees no channel {channel}")
        return person, where

    def _message(self, person: User, where: Channel, ts: str) -> Message:
        message = self.workspace.messages.get(ts)
        if message is None or message.channel != where.id or message.ephemeral_to not in {None, person.id}:
            raise NotPossibleError(f"{person.id} sees no message {ts} in {where.id}")
        return message

    def _view(self, user: str, view_id: str) -> View:
        view = self.workspace.views.get(view_id)
        if view is None or view.user != user:
            raise NotPossibleError(f"{user} has no modal {view_id} open")
        return view

    def _action(self, blocks: tuple[JsonObject, ...], action_id: str, value: Entry) -> JsonObject:
        for block, element in elements(blocks):
            if element["action_id"] == action_id:
                self._check_people(element, value)
                return action(block, element, value, self.workspace.new_ts())
        raise NotPossibleError(f"there is nothing called {action_id}")

    def _check_people(self, element: JsonObject, value: Entry) -> None:
        if element["type"] not in {"users_select", "multi_users_select"}:
            return
        for user in [value] if isinstance(value, str) else value or ():
            if user not in self.workspace.users:
                raise NotPossibleError(f"there is no {user} to choose")

    def _escaped(self, text: str, *, labels: bool) -> str:
        def mention(name: str) -> str | None:
            if name in {"here", "channel", "everyone"}:
                # A command is given these as plain words; they notify nobody.
                return None if labels else f"<!{name}>"
            for user in self.workspace.users.values():
                if user.name == name:
                    return f"<@{user.id}|{name}>" if labels else f"<@{user.id}>"
            for group in self.workspace.groups.values():
                if group.handle == name:
                    return f"<!subteam^{group.id}|@{name}>"
            return None

        def channel(name: str) -> str | None:
            found = self.workspace.channel_named(name)
            return f"<#{found.id}|{name}>" if found else None

        return mrkdwn.typed(text, mention, channel)

    def _command(self, person: User, where: Channel, line: str, *, in_thread: bool) -> Reply:
        command, _, words = line.partition(" ")
        if command not in self.commands:
            return self._told(person, where, f"`{command}` is not a valid command.", Reply())
        if in_thread:
            return self._told(person, where, f"{command} is not supported in threads. Sorry!", Reply())
        form = payloads.slash_command(
            self.workspace, person, where, command, self._escaped(words.strip(), labels=True)
        )
        form["trigger_id"] = self._trigger(person)
        form["response_url"] = self._response_url(person, where, None)
        answer = bot_link.post_form(self.bot_url, self.signing_secret, form)
        reply = Reply(answer.status, answer.body, answer.seconds, view=self._open(person))
        if answer.failure:
            return self._command_failed(person, where, command, answer.failure, reply)
        if not answer.body.strip():
            return reply
        try:
            shown = responses.show(self.workspace, person.id, where.id, _immediate(answer))
        except SlackError as refusal:
            return self._command_failed(person, where, command, refusal.error, reply)
        return replace(reply, shown=shown.text, ts=shown.ts)

    def _command_failed(self, person: User, where: Channel, command: str, error: str, reply: Reply) -> Reply:
        return self._told(person, where, f'{command} failed with the error "{error}"', reply)

    def _told(self, person: User, where: Channel, words: str, reply: Reply) -> Reply:
        """Slackbot tells the person something that nobody else sees."""
        ts = self.workspace.new_ts()
        self.workspace.put(Message(where.id, ts, SLACKBOT, mrkdwn.escape(words), ephemeral_to=person.id))
        return replace(reply, shown=words, ts=ts)

    def _interact(self, person: User, payload: JsonObject) -> Reply:
        answer = self._send(person, payload)
        shown = TROUBLE if answer.failure else ""
        return Reply(answer.status, answer.body, answer.seconds, shown, view=self._open(person))

    def _send(self, person: User, payload: JsonObject) -> Answer:
        payload = {**payload, "trigger_id": self._trigger(person)}
        return bot_link.post_form(self.bot_url, self.signing_secret, {"payload": json.dumps(payload)})

    def _submitted(self, view: View, answer: Answer) -> Reply:
        reply = Reply(answer.status, answer.body, answer.seconds)
        if answer.failure:
            return replace(reply, shown=TROUBLE, view=view.id)
        try:
            return self._respond(view, _response_action(answer), reply)
        except SlackError as refusal:
            return replace(reply, shown=f"{TROUBLE} ({refusal.error})", view=view.id)

    def _respond(self, view: View, body: JsonObject, reply: Reply) -> Reply:
        """Does what the bot answered to a submission."""
        action_name = body.get("response_action")
        if action_name == "errors":
            inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
            errors = body.get("errors")
            if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
                raise SlackError("invalid_errors")
            return self._wrong(view, errors, reply)
        if action_name == "update":
            content = checked(body.get("view"))
            return replace(reply, view=show(self.workspace, view, content).id)
        if action_name not in {None, "clear"}:
            raise SlackError("invalid_response_action")
        with self.workspace.lock:
            if view.id in self.workspace.views:
                self.workspace.drop(view)
        return reply

    def _wrong(self, view: View, errors: Mapping[str, str], reply: Reply) -> Reply:
        self.workspace.put(replace(view, errors=dict(errors)))
        return replace(reply, shown="\n".join(errors.values()), view=view.id, errors=errors)

    def _open(self, person: User) -> str | None:
        with self.workspace.lock:
            return next((v.id for v in self.workspace.views.values() if v.user == person.id), None)

    def _trigger(self, person: User) -> str:
        now = self.workspace.clock()
        with self.workspace.lock:
            for trigger in list(self.workspace.triggers.values()):
                if now - trigger.issued > _OLD:
                    self.workspace.drop(trigger)
            identifier = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
            return self.workspace.put(Trigger(identifier, person.id, now)).id

    def _response_url(self, person: User, where: Channel, original: str | None) -> str:
        now = self.workspace.clock()
        with self.workspace.lock:
            for url in list(self.workspace.response_urls.values()):
                if now - url.issued > _OLD:
                    self.workspace.drop(url)
            made = responses.issue(self.workspace, person.id, where.id, original)
        return f"{self.root().rstrip('/')}/response/{made.id}"


def _immediate(answer: Answer) -> JsonObject:
    """What the acknowledgement of a command says: JSON, or text that is shown as it is."""
    if answer.content_type != "application/json":
        return {"text": answer.body}
    return _json_object(answer, "invalid_payload")


def _response_action(answer: Answer) -> JsonObject:
    return _json_object(answer, "invalid_response_action") if answer.body.strip() else {}


def _json_object(answer: Answer, error: str) -> JsonObject:
    try:
        body = json.loads(answer.body)
    except ValueError:
        raise SlackError(error) from None
    if not isinstance(body, dict):
        raise SlackError(error)
    return body
