"""What Slack sends, made into one of few things. Pure.

https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from incident.commands import LINK_PREFIX
from incident.model.interaction import Interaction, Kind
from incident.model.naming import digest
from incident.model.slack_text import as_typed, readable

_MOST_FIELDS = 100


class MalformedRequestError(ValueError):
    """A request that carries Slack's signature but not one of Slack's shapes; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Check:
    """Slack asks whether anybody is there: answer 200, with the challenge if there is one."""

    challenge: str = ""


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """Slack reports what needs no answer: a link was opened, a form closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """Something a person did.

    Attributes:
        interaction: for the worker.
        trigger_id: opens a form within three seconds of the request; empty where there is none.
    """

    interaction: Interaction
    trigger_id: str


SlackRequest = Check | NothingToDo | Request


def read(body: bytes, content_type: str, received_at: datetime) -> SlackRequest:
    """Normalises a verified request.

    Raises:
        MalformedRequestError: if it is none that Slack documents.
    """
    try:
        if content_type.partition(";")[0].strip().lower() == "application/json":
            return _read_event(_object(json.loads(body)), received_at)
        form = dict(
            parse_qsl(
                body.decode(),
                keep_blank_values=True,
                max_num_fields=_MOST_FIELDS,
                encoding="utf-8",
                errors="strict",
            )
        )
        if "payload" in form:
            return _read_interactive(_object(json.loads(form["payload"])), received_at)
    except (ValueError, RecursionError) as error:
        if isinstance(error, MalformedRequestError):
            raise
        raise MalformedRequestError(f"the body cannot be read: {type(error).__name__}") from None
    return _read_command(form, received_at)


def _read_command(form: Mapping[str, str], received_at: datetime) -> SlackRequest:
    if form.get("ssl_check") == "1":
        return Check()
    if not form.get("command"):
        raise MalformedRequestError("neither a command, nor a payload, nor an event")
    trigger_id = form.get("trigger_id", "")
    return Request(
        Interaction(
            id=_id(Kind.COMMAND, trigger_id or repr(sorted(form.items()))),
            kind=Kind.COMMAND,
            received_at=received_at,
            user=form.get("user_id", ""),
            team=form.get("team_id", ""),
            channel=form.get("channel_id", ""),
            payload={
                "text": readable(as_typed(form.get("text", ""))),
                "response_url": form.get("response_url", ""),
            },
        ),
        trigger_id,
    )


def _read_interactive(payload: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    match payload.get("type"):
        case "block_actions":
            return _read_button(payload, received_at)
        case "view_submission":
            return _read_form(payload, received_at)
    return NothingToDo()


def _read_button(payload: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    actions = payload.get("actions")
    action = _object(actions[0]) if isinstance(actions, list) and actions else {}
    action_id = _text(action, "action_id")
    if not action_id or action_id.startswith(LINK_PREFIX):
        return NothingToDo()
    trigger_id = _text(payload, "trigger_id")
    return Request(
        Interaction(
            id=_id(Kind.BUTTON, trigger_id or json.dumps(payload, sort_keys=True)),
            kind=Kind.BUTTON,
            received_at=received_at,
            user=_text(_within(payload, "user"), "id"),
            team=_text(_within(payload, "team"), "id"),
            channel=_text(_within(payload, "channel"), "id")
            or _text(_within(payload, "container"), "channel_id"),
            payload={
                "action_id": action_id,
                "value": _text(action, "value"),
                "response_url": _text(payload, "response_url"),
            },
        ),
        trigger_id,
    )


def _read_form(payload: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    view = _within(payload, "view")
    context = read_form_context(_text(view, "private_metadata"))
    state = _within(_within(view, "state"), "values")
    return Request(
        Interaction(
            # one form is one interaction, however often its button is pressed
            id=_id(Kind.FORM, _text(view, "id") or json.dumps(payload, sort_keys=True)),
            kind=Kind.FORM,
            received_at=received_at,
            user=_text(_within(payload, "user"), "id"),
            team=_text(_within(payload, "team"), "id"),
            channel=context["channel"],
            payload={
                "callback_id": _text(view, "callback_id"),
                "values": {name: readable(_input(_within(state, name))) for name in state},
                "response_url": context["response_url"],
            },
        ),
        _text(payload, "trigger_id"),
    )


def _read_event(body: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    match body.get("type"):
        case "url_verification":
            return Check(_text(body, "challenge"))
        case "event_callback":
            event = _within(body, "event")
            return Request(
                Interaction(
                    id=_id(Kind.EVENT, _text(body, "event_id") or json.dumps(body, sort_keys=True)),
                    kind=Kind.EVENT,
                    received_at=received_at,
                    user=_text(event, "user"),
                    team=_text(body, "team_id"),
                    channel=_text(event, "channel"),
                    payload={"event": event},
                ),
                "",
            )
    raise MalformedRequestError("an event of no type that Slack documents")


def form_context(interaction: Interaction) -> str:
    """What a form is opened with, so that its answer can still be told to the person where they typed."""
    return json.dumps(
        {"channel": interaction.channel, "response_url": interaction.payload.get("response_url", "")}
    )


def read_form_context(metadata: str) -> dict[str, str]:
    """The inverse of `form_context`: `channel` and `response_url`, empty where there are none."""
    try:
        context = json.loads(metadata or "{}")
    except ValueError:
        context = {}
    known = context if isinstance(context, dict) else {}
    return {name: _text(known, name) for name in ("channel", "response_url")}


def _input(block: Mapping[str, Any]) -> str:
    """The value of the one input of a block, whatever kind of input it is."""
    for state in block.values():
        if isinstance(state, dict):
            return _text(state, "value") or _text(_within(state, "selected_option"), "value")
    return ""


def _id(kind: Kind, source: str) -> str:
    return f"{kind}-{digest(source)}"


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedRequestError("an object was expected")
    return value


def _within(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _text(holder: Mapping[str, Any], name: str) -> str:
    """The text, without the halves of characters that JSON can carry and nothing else can."""
    value = holder.get(name)
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""
