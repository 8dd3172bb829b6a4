"""The methods of modals."""

from __future__ import annotations

from dataclasses import replace

from incident.sandbox.slack import blocks as block_kit
from incident.sandbox.slack import render
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.call import Call
from incident.sandbox.slack.workspace import JsonObject, View, Workspace

TRIGGER_LIFE = 3.0
"""Seconds from the interaction to the last moment its `trigger_id` opens a modal."""


def checked(view: object) -> JsonObject:
    """The view with ids filled in.

    Raises:
        SlackError: `invalid_arguments`, with what is wrong.
    """
    if wrong := block_kit.view_problems(view):
        raise SlackError("invalid_arguments", *wrong)
    if not isinstance(view, dict):
        raise TypeError(view)
    return {**view, "blocks": list(block_kit.with_ids(view["blocks"]))}


def show(workspace: Workspace, view: View, content: JsonObject) -> View:
    """Puts other content in a modal that is open; what was said to be wrong with it is gone."""
    return workspace.put(replace(view, content=content, hash=_hash(workspace), errors={}))


def open_view(call: Call) -> JsonObject:
    """`views.open`: on the screen of who caused the trigger, in place of the modal that is there."""
    content = checked(call["view"])
    trigger = call.workspace.triggers.get(call["trigger_id"])
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if call.workspace.clock() - trigger.issued > TRIGGER_LIFE:
        raise SlackError("expired_trigger_id")
    _check_external_id(call, content)
    call.workspace.put(replace(trigger, used=True))
    for other in [view for view in call.workspace.views.values() if view.user == trigger.user]:
        call.workspace.drop(other)
    made = View(call.workspace.new_id("V"), trigger.user, content, _hash(call.workspace), {})
    return {"view": render.view(call.workspace, call.workspace.put(made))}


def update(call: Call) -> JsonObject:
    """`views.update`: by `view_id` or `external_id`; with a `hash`, only if it is still that one."""
    content = checked(call["view"])
    if not {"view_id", "external_id"} & call.arguments.keys():
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view_id or external_id")
    external_id = call.get("external_id", None)
    found = call.workspace.views.get(call.get("view_id", ""))
    for view in call.workspace.views.values():
        if external_id is not None and view.content.get("external_id") == external_id:
            found = view
    if found is None:
        raise SlackError("not_found")
    if call.get("hash", found.hash) != found.hash:
        raise SlackError("hash_conflict")
    return {"view": render.view(call.workspace, show(call.workspace, found, content))}


def _check_external_id(call: Call, content: JsonObject) -> None:
    taken = {view.content.get("external_id") for view in call.workspace.views.values()}
    if content.get("external_id") and content["external_id"] in taken:
        raise SlackError("duplicate_external_id")


def _hash(workspace: Workspace) -> str:
    return workspace.new_ts()
