"""The way from what a person does to the bot, and what Slack shows them of its answer.

Source: Slack's "Slash commands", "Handling user interaction" and "Modals".
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from incident.sandbox.slack import bot_link, mrkdwn, responses
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.bot_link import Answer
from incident.sandbox.slack.entries import Entry, action
from incident.sandbox.slack.workspace import (
    SLACKBOT,
    Channel,
    JsonObject,
    Message,
    Trigger,
    User,
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
class Interactions:
    """Sends the bot what people do, signed.

    Attributes:
        workspace: the state.
        signing_secret: what requests to the bot are signed with.
        root: gives the stand-in's root URL.
        bot_url: where the bot listens.
    """

    workspace: Workspace
    signing_secret: str
    root: Callable[[], str]
    bot_url: str = ""

    def command(self, person: User, where: Channel, form: Mapping[str, str]) -> Reply:
        """Sends a slash command and shows what the bot answers, or Slack's own words when it fails."""
        complete = {
            **form,
            "trigger_id": self._trigger(person),
            "response_url": self.response_url(person, where, None),
        }
        answer = bot_link.post_form(self.bot_url, self.signing_secret, complete)
        reply = Reply(answer.status, answer.body, answer.seconds, view=self._open_view(person))
        if answer.failure:
            return self._command_failed(person, where, form["command"], answer.failure, reply)
        if not answer.body.strip():
            return reply
        try:
            shown = responses.show(self.workspace, person.id, where.id, _immediate(answer))
        except SlackError as refusal:
            return self._command_failed(person, where, form["command"], refusal.error, reply)
        return replace(reply, shown=shown.text, ts=shown.ts)

    def interact(self, person: User, payload: JsonObject) -> Reply:
        """Sends an interaction that is not a submission."""
        answer = self.send(person, payload)
        shown = TROUBLE if answer.failure else ""
        return Reply(answer.status, answer.body, answer.seconds, shown, view=self._open_view(person))

    def send(self, person: User, payload: JsonObject) -> Answer:
        """Posts an interaction, with a trigger."""
        payload = {**payload, "trigger_id": self._trigger(person)}
        return bot_link.post_form(self.bot_url, self.signing_secret, {"payload": json.dumps(payload)})

    def send_event(self, payload: JsonObject, headers: Mapping[str, str]) -> Answer:
        """Posts an `event_callback`, with these headers besides the usual ones."""
        return bot_link.post_json(self.bot_url, self.signing_secret, payload, headers)

    def told(self, person: User, where: Channel, words: str, reply: Reply) -> Reply:
        """Slackbot tells the person something that nobody else sees."""
        ts = self.workspace.new_ts()
        self.workspace.put(Message(where.id, ts, SLACKBOT, mrkdwn.escape(words), ephemeral_to=person.id))
        return replace(reply, shown=words, ts=ts)

    def response_url(self, person: User, where: Channel, original: str | None) -> str:
        """A new response URL; `original` is the `ts` of the message it may replace."""
        now = self.workspace.clock()
        with self.workspace.lock:
            for url in list(self.workspace.response_urls.values()):
                if now - url.issued > _OLD:
                    self.workspace.drop(url)
            made = responses.issue(self.workspace, person.id, where.id, original)
        return f"{self.root().rstrip('/')}/response/{made.id}"

    def chosen(self, blocks: Sequence[JsonObject], action_id: str, value: Entry) -> JsonObject:
        """The entry of `actions` for what a person presses or chooses.

        Raises:
            NotPossibleError: there is no such element, or no such person to choose.
            UnknownOptionError: nothing is chosen, or what the element does not offer.
        """
        for block, element in elements(blocks):
            if element["action_id"] == action_id:
                self.check_people(element, value)
                return action(block, element, value, self.workspace.new_ts())
        raise NotPossibleError(f"there is nothing called {action_id}")

    def check_people(self, element: JsonObject, value: Entry) -> None:
        """Refuses people whom a picker does not offer: those who are not there, or no more.

        Raises:
            NotPossibleError: there is no such person to choose.
        """
        if element["type"] not in {"users_select", "multi_users_select"}:
            return
        for user in [value] if isinstance(value, str) else value or ():
            found = self.workspace.users.get(user)
            if found is None or found.deleted:
                raise NotPossibleError(f"there is no {user} to choose")

    def _command_failed(self, person: User, where: Channel, command: str, error: str, reply: Reply) -> Reply:
        return self.told(person, where, f'{command} failed with the error "{error}"', reply)

    def _open_view(self, person: User) -> str | None:
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


def _immediate(answer: Answer) -> JsonObject:
    """What the acknowledgement of a command says: JSON, or text that is shown as it is."""
    if answer.content_type != "application/json":
        return {"text": answer.body}
    return json_object(answer, "invalid_payload")


def json_object(answer: Answer, error: str) -> JsonObject:
    """The body, an object.

    Raises:
        SlackError: the error, if it is none.
    """
    try:
        body = json.loads(answer.body)
    except ValueError:
        raise SlackError(error) from None
    if not isinstance(body, dict):
        raise SlackError(error)
    return body
