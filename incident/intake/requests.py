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

from incident.commands.registry import LINK_PREFIX
from incident.intake.elements import Value, element_value
from incident.intake.events import event_channel, event_time, event_user, is_for_worker, published
from incident.intake.fields import objects, text, within
from incident.model.interaction import Interaction, Kind
from incident.model.naming import digest
from incident.model.slack_text import readable

_MOST_FIELDS = 100
_OWN_CONTEXT = frozenset({"channel", "response_url", "is_ephemeral"})
"""Keys of a form's context that have places of their own in the interaction."""


class MalformedRequestError(ValueError):
    """A request that carries Slack's signature but not one of Slack's shapes; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Check:
    """Slack asks whether anybody is there: answer 200, with the challenge if there is one."""

    challenge: str = ""


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """Slack reports what needs no answer: a link was opened, a form closed, an event is of no use."""


@dataclass(frozen=True, slots=True)
class Request:
    """Something a person did.

    Attributes:
        interaction: for the worker.
        trigger_id: opens a form within three seconds of the request; empty where there is none.
        input_block: block_id of a form's first input, where an error can be shown; empty for other kinds.
    """

    interaction: Interaction
    trigger_id: str
    input_block: str = ""


SlackRequest = Check | NothingToDo | Request


def read(body: bytes, content_type: str, received_at: datetime, emoji: str) -> SlackRequest:
    """Normalises a verified request.

    Args:
        body: as it came.
        content_type: what it calls itself.
        received_at: when it came.
        emoji: the name of the reaction that counts.

    Raises:
        MalformedRequestError: if it is none that Slack documents.
    """
    try:
        if content_type.partition(";")[0].strip().lower() == "application/json":
            return _read_event(_object(json.loads(body)), received_at, emoji)
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
                "text": form.get("text", ""),
                "response_url": form.get("response_url", ""),
            },
        ),
        trigger_id,
    )


def _read_interactive(payload: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    match payload.get("type"):
        case "block_actions":
            return _read_button(payload, received_at)
        case "message_action" | "shortcut":
            return _read_shortcut(payload, received_at)
        case "view_submission":
            return _read_form(payload, received_at)
    return NothingToDo()


def _read_button(payload: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    action = next(iter(objects(payload, "actions")), {})
    action_id = text(action, "action_id")
    if not action_id or action_id.startswith(LINK_PREFIX):
        return NothingToDo()
    message, container = within(payload, "message"), within(payload, "container")
    content = {
        "action_id": action_id,
        "block_id": text(action, "block_id"),
        "value": element_value(action),
        # An ephemeral message is not sent along; the container names it.
        "message_ts": text(container, "message_ts") or text(message, "ts"),
        "thread_ts": text(container, "thread_ts") or text(message, "thread_ts"),
        "is_ephemeral": container.get("is_ephemeral") is True,
        "response_url": text(payload, "response_url"),
    }
    return _pressed(Kind.BUTTON, payload, content, received_at)


def _read_shortcut(payload: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    callback_id = text(payload, "callback_id")
    if not callback_id:
        return NothingToDo()
    content = {
        "callback_id": callback_id,
        "response_url": text(payload, "response_url"),
        "message": _chosen_message(payload),
    }
    return _pressed(Kind.SHORTCUT, payload, content, received_at)


def _pressed(
    kind: Kind, payload: Mapping[str, Any], content: Mapping[str, Any], received_at: datetime
) -> Request:
    """The request of a button or a shortcut."""
    trigger_id = text(payload, "trigger_id")
    return Request(
        Interaction(
            id=_id(kind, trigger_id or json.dumps(payload, sort_keys=True)),
            kind=kind,
            received_at=received_at,
            user=text(within(payload, "user"), "id"),
            team=_team(payload),
            channel=text(within(payload, "channel"), "id")
            or text(within(payload, "container"), "channel_id"),
            payload=content,
        ),
        trigger_id,
    )


def _team(payload: Mapping[str, Any]) -> str:
    """The workspace of the person, which in a shared channel may be another than the channel's."""
    return text(within(payload, "user"), "team_id") or text(within(payload, "team"), "id")


def _chosen_message(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The message a shortcut was chosen on, without what the bot has no use for; empty where on none."""
    message = within(payload, "message")
    if not message:
        return {}
    chosen: dict[str, Any] = {
        name: text(message, name) for name in ("ts", "thread_ts", "user", "bot_id", "text")
    }
    chosen["ts"] = chosen["ts"] or text(payload, "message_ts")
    chosen["files"] = [
        {name: text(file, name) for name in ("name", "permalink")} for file in objects(message, "files")
    ]
    words = ("permalink", "subtype", "username")
    chosen |= {name: text(message, name) for name in words if text(message, name)}
    chosen |= {name: objects(message, name) for name in ("blocks", "attachments") if objects(message, name)}
    chosen |= {name: within(message, name) for name in ("bot_profile", "edited") if within(message, name)}
    return chosen


def _read_form(payload: Mapping[str, Any], received_at: datetime) -> SlackRequest:
    view = within(payload, "view")
    context = read_form_context(text(view, "private_metadata"))
    state = within(within(view, "state"), "values")
    inputs = [text(block, "block_id") for block in objects(view, "blocks") if text(block, "type") == "input"]
    return Request(
        Interaction(
            # one form is one interaction, however often its button is pressed
            id=_id(Kind.FORM, text(view, "id") or json.dumps(payload, sort_keys=True)),
            kind=Kind.FORM,
            received_at=received_at,
            user=text(within(payload, "user"), "id"),
            team=_team(payload),
            channel=text(context, "channel"),
            payload={
                "callback_id": text(view, "callback_id"),
                "values": {name: _input(within(state, name)) for name in state},
                "context": {name: value for name, value in context.items() if name not in _OWN_CONTEXT},
                "is_ephemeral": context.get("is_ephemeral") is True,
                "response_url": text(context, "response_url"),
            },
        ),
        text(payload, "trigger_id"),
        next(iter([*inputs, *state]), ""),
    )


def _read_event(body: Mapping[str, Any], received_at: datetime, emoji: str) -> SlackRequest:
    match body.get("type"):
        case "url_verification":
            return Check(text(body, "challenge"))
        case "event_callback" if is_for_worker(body, emoji):
            event = published(within(body, "event"))
            return Request(
                Interaction(
                    id=_id(Kind.EVENT, text(body, "event_id") or json.dumps(body, sort_keys=True)),
                    kind=Kind.EVENT,
                    received_at=event_time(event, received_at),
                    user=event_user(event),
                    team=text(body, "team_id"),
                    channel=event_channel(event),
                    payload={"event": event},
                ),
                "",
            )
        case "event_callback":
            return NothingToDo()
    raise MalformedRequestError("an event of no type that Slack documents")


def read_form_context(metadata: str) -> dict[str, Any]:
    """What a form was opened with: `channel`, `response_url`, any keys besides; {} where unreadable."""
    try:
        context = json.loads(metadata or "{}")
    except ValueError:
        context = {}
    return context if isinstance(context, dict) else {}


def _input(block: Mapping[str, Any]) -> Value:
    """The value of the one input of a block, whatever kind of input it is; its text made readable."""
    value = next((element_value(state) for state in block.values() if isinstance(state, dict)), "")
    if isinstance(value, list):
        return [readable(one) for one in value]
    return readable(value) if isinstance(value, str) else value


def _id(kind: Kind, source: str) -> str:
    return f"{kind}-{digest(source)}"


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedRequestError("an object was expected")
    return value
