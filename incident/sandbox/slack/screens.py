"""What people do in the modals on their screens.

Source: https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from incident.sandbox.slack import payloads
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.bot_link import Answer
from incident.sandbox.slack.entries import Entry, refused, state
from incident.sandbox.slack.interactions import (
    TROUBLE,
    Interactions,
    NotPossibleError,
    Reply,
    json_object,
)
from incident.sandbox.slack.modals import checked, show
from incident.sandbox.slack.workspace import JsonObject, View, Workspace


class Screens:
    """The modals that are open, one a person at most."""

    def __init__(self, workspace: Workspace, interactions: Interactions) -> None:
        """Shows the workspace's modals and sends what is done in them."""
        self._workspace = workspace
        self._interactions = interactions

    def press(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: Entry = None,
        values: Mapping[str, Entry] = MappingProxyType({}),
    ) -> Reply:
        """Presses a button or chooses in a modal.

        Args:
            user: on whose screen it is.
            view_id: which.
            action_id: of the element.
            value: what is chosen.
            values: what is entered in the other elements, by action id.

        Raises:
            NotPossibleError: there is no such element for them.
        """
        view = self._view(user, view_id)
        acted = self._interactions.chosen(view.content["blocks"], action_id, value)
        values = state(view.content["blocks"], {**values, action_id: value})
        person = self._workspace.users[user]
        payload = payloads.view_action(self._workspace, person, view, action=acted, values=values)
        return self._interactions.interact(person, payload)

    def submit(self, user: str, view_id: str, values: Mapping[str, Entry]) -> Reply:
        """Submits a modal.

        Args:
            user: on whose screen it is.
            view_id: which.
            values: what was entered, by action id; elements without one keep what they were at first.

        Raises:
            NotPossibleError: there is no such modal, or no such person to choose.
        """
        view = self._view(user, view_id)
        for _, element in elements(view.content["blocks"]):
            self._interactions.check_people(element, values.get(element["action_id"]))
        wrong = dict(refused(view.content["blocks"], values))
        if wrong:
            return self._wrong(view, wrong, Reply())
        entered = state(view.content["blocks"], values)
        person = self._workspace.users[user]
        payload = payloads.view_submission(self._workspace, person, view, entered)
        return self._submitted(view, self._interactions.send(person, payload))

    def close(self, user: str, view_id: str) -> Reply:
        """Closes a modal; the bot is told if the modal asks for it.

        Raises:
            NotPossibleError: there is no such modal.
        """
        view = self._view(user, view_id)
        self._workspace.drop(view)
        if not view.content.get("notify_on_close"):
            return Reply()
        person = self._workspace.users[user]
        answer = self._interactions.send(person, payloads.view_closed(self._workspace, person, view))
        return Reply(answer.status, answer.body, answer.seconds)

    def _view(self, user: str, view_id: str) -> View:
        view = self._workspace.views.get(view_id)
        if view is None or view.user != user:
            raise NotPossibleError(f"{user} has no modal {view_id} open")
        return view

    def _submitted(self, view: View, answer: Answer) -> Reply:
        reply = Reply(answer.status, answer.body, answer.seconds)
        if answer.failure:
            return replace(reply, shown=TROUBLE, view=view.id)
        try:
            body = json_object(answer, "invalid_response_action") if answer.body.strip() else {}
            return self._respond(view, body, reply)
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
            return replace(reply, view=show(self._workspace, view, content).id)
        if action_name not in {None, "clear"}:
            raise SlackError("invalid_response_action")
        with self._workspace.lock:
            if view.id in self._workspace.views:
                self._workspace.drop(view)
        return reply

    def _wrong(self, view: View, errors: Mapping[str, str], reply: Reply) -> Reply:
        self._workspace.put(replace(view, errors=dict(errors)))
        return replace(reply, shown="\n".join(errors.values()), view=view.id, errors=errors)
