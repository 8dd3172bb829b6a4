"""A bot for the page's own tests: it answers at once, so that they are about the page."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from incident.sandbox.world import World

CHANNEL = "incident-2026-11-23-database-is-down"
SHORTEST = 5

MODAL = {
    "type": "modal",
    "callback_id": "declare",
    "title": {"type": "plain_text", "text": "Declare an incident"},
    "submit": {"type": "plain_text", "text": "Declare"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "What went wrong?"},
            "element": {"type": "plain_text_input", "action_id": "words"},
        },
        {
            "type": "input",
            "block_id": "severity",
            "optional": True,
            "label": {"type": "plain_text", "text": "Severity"},
            "element": {
                "type": "static_select",
                "action_id": "severity",
                "options": [{"text": {"type": "plain_text", "text": "SEV-1"}, "value": "sev-1"}],
            },
        },
    ],
}


def literal(words: str) -> list[dict[str, Any]]:
    """A message that shows a person's words exactly, whatever they are."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return [
        {"type": "header", "text": {"type": "plain_text", "text": escaped}},
        {"type": "rich_text", "elements": [section]},
    ]


def _acted(action: dict[str, Any]) -> tuple[str, Any]:
    if action["type"] == "button":
        return "pressed", action["action_id"]
    if "selected_options" in action:
        return "chose", [option["value"] for option in action["selected_options"]]
    option = action.get("selected_option") or {}
    return "chose", option.get("value") or next(
        action[name] for name in ("selected_user", "selected_users", "selected_time") if name in action
    )


class Bot:
    """Takes Slack's requests.

    Attributes:
        modal: what `/incident` opens.
        handled: the buttons pressed, by name; what was chosen in menus; the shortcuts used; the values of
            modals submitted.
    """

    def __init__(self, world: World) -> None:
        settings = world.environment()
        self.world = world
        self.modal = MODAL
        self.handled: list[tuple[str, Any]] = []
        self.slack = WebClient(settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
        self.google = settings["GOOGLE_API_URL"]

    def hears_of(self, count: int, within: float = 10) -> list[tuple[str, Any]]:
        """What was handled, once it is this many: a click in the browser takes a moment to get here."""
        ends = time.monotonic() + within
        while len(self.handled) < count and time.monotonic() < ends:
            time.sleep(0.02)
        return self.handled

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        form = Request(environ).form
        body = self._interaction(json.loads(form["payload"])) if "payload" in form else self._command(form)
        return Response(json.dumps(body), mimetype="application/json")(environ, start_response)

    def _command(self, form: Any) -> dict[str, Any]:
        if not form["text"]:
            self.slack.views_open(trigger_id=form["trigger_id"], view=self.modal)
            return {"response_type": "ephemeral", "text": "Fill it in."}
        channel = self.declare(form["user_id"])
        return {"response_type": "ephemeral", "text": f"Your incident is in <#{channel}>."}

    def _interaction(self, payload: dict[str, Any]) -> dict[str, Any]:
        if payload["type"] == "block_actions":
            self.handled.append(_acted(payload["actions"][0]))
            return {}
        if payload["type"] in {"shortcut", "message_action"}:
            self.handled.append((payload["type"], payload["callback_id"]))
            return {}
        values = payload["view"]["state"]["values"]
        if "title" not in values:
            self.handled.append(("submitted", values))
            return {}
        if len(values["title"]["words"]["value"]) < SHORTEST:
            return {"response_action": "errors", "errors": {"title": "Say a little more."}}
        self.handled.append(("submitted", values))
        return {}

    def declare(self, opener: str) -> str:
        """Makes the channel with everything in it; returns its id."""
        call = self._google("v2/spaces", {})
        template = self.world.workspace.template_id
        copy = {"name": "Report: database is down", "parents": [self.world.workspace.folder_id]}
        report = self._google(f"drive/v3/files/{template}/copy?supportsAllDrives=true", copy)["id"]
        replace = {
            "containsText": {"text": "{{title}}", "matchCase": True},
            "replaceText": "Database is down",
        }
        self._google(f"v1/documents/{report}:batchUpdate", {"requests": [{"replaceAllText": replace}]})
        channel = str(self.slack.conversations_create(name=CHANNEL)["channel"]["id"])
        self.slack.conversations_invite(channel=channel, users=opener)
        self.slack.conversations_setTopic(channel=channel, topic="Database is down")
        link = self.world.google.links.document(report)
        text = f"*Database is down* :rotating_light: <{call['meetingUri']}|Call> <{link}|Report> <@{opener}>"
        buttons = [
            {
                "type": "button",
                "action_id": "resolve",
                "style": "danger",
                "text": {"type": "plain_text", "text": "Resolve"},
            }
        ]
        blocks: list[dict[str, Any]] = [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "actions", "elements": buttons},
        ]
        briefing = self.slack.chat_postMessage(channel=channel, text="Database is down", blocks=blocks)
        self.slack.pins_add(channel=channel, timestamp=briefing["ts"])
        self.slack.bookmarks_add(channel_id=channel, title="Report", type="link", link=link, emoji=":memo:")
        return channel

    def _google(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.google + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
