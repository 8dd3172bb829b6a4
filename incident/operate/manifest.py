"""`incident manifest`: the Slack app, ready to be pasted at https://api.slack.com/apps.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from incident.commands import declare, events
from incident.commands.registry import callback_in, shortcuts
from incident.messages.intake import COMMAND
from incident.messages.joining import joined
from incident.messages.locales import words_for
from incident.model.locale import LOCALES, SPOKEN
from incident.runtime.settings import is_loopback
from incident.services.slack_methods import PURPOSES

_DESCRIPTIONS = {
    "en": "Opens a channel, a call and a report for an incident, and tells whoever should know.",
    "fr": "Ouvre un canal, un appel et un rapport pour un incident, et prévient qui doit l’être.",
}

_SHORT_DESCRIPTIONS = {
    "en": "A channel, a call and a report for an incident",
    "fr": "Un canal, un appel et un rapport pour un incident",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.description = "Prints the manifest of the Slack app, with exactly the scopes that the bot needs."
    parser.add_argument(
        "--url", required=True, type=slack_url, help="of the Slack function: `terraform output slack_url`"
    )
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="yaml if not given")
    parser.add_argument("--locale", choices=SPOKEN, default=LOCALES[0], help="INCIDENT_LOCALE of the bot")


def run(arguments: argparse.Namespace) -> int:
    """Prints the manifest; the exit status."""
    app = manifest(arguments.url, arguments.locale)
    print(to_yaml(app) if arguments.format == "yaml" else to_json(app))  # noqa: T201 - the command's output
    return 0


def slack_url(text: str) -> str:
    """The URL, if Slack can call it, or the sandbox.

    Raises:
        argparse.ArgumentTypeError: if not; Slack itself calls https:// alone.
    """
    try:
        parts = urlsplit(text)
        fine = bool(parts.hostname) and parts.port != 0 and re.fullmatch(r"[!-~]+", text) is not None
    except ValueError:  # brackets or a port that are none
        fine = False
    if not fine or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(text))):
        raise argparse.ArgumentTypeError(f"{text!r} is no URL that Slack can call: https://...")
    return text


def manifest(url: str, locale: str) -> dict[str, Any]:
    """The app, in the second version of Slack's schema.

    Args:
        url: where the Slack function takes every kind of request.
        locale: `en`, `fr` or `both`, of what people see of it in Slack; labels in both are joined.
    """
    locales = SPOKEN[locale]
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": "Incident bot", "description": _description(locales)},
        "features": {
            # A person can be told in private only where the app has a tab for messages; nobody reads answers.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "incident-bot", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    "url": url,
                    "description": joined([declare.FORM_TEXT[locale]["title"] for locale in locales]),
                    "usage_hint": f"[{joined([words_for(locale).what_went_wrong for locale in locales])}]",
                    "should_escape": True,  # so that the bot knows a person from a name that somebody typed
                }
            ],
            "shortcuts": [entry for locale in locales for entry in _shortcuts(locale)],
        },
        "oauth_config": {"scopes": {"bot": sorted(PURPOSES)}},
        "settings": {
            "event_subscriptions": {"request_url": url, "bot_events": sorted(events.SUBSCRIBED)},
            "interactivity": {"is_enabled": True, "request_url": url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def _shortcuts(locale: str) -> list[dict[str, str]]:
    """The entries of messages' menus and of the workspace's, in one language.

    Two languages do not fit into the 24 characters of a name, so each has entries of its own; an app may have
    ten of them. https://docs.slack.dev/reference/app-manifest#features
    """
    return [
        {
            "name": shortcut.names[locale],
            "type": "message" if shortcut.parse else "global",
            "callback_id": callback_in(shortcut, locale),
            "description": shortcut.description[locale],
        }
        for shortcut in shortcuts()
    ]


def _description(locales: Sequence[str]) -> str:
    """What the app is, at most 140 characters; shorter in each language where there are several."""
    described = _DESCRIPTIONS if len(locales) == 1 else _SHORT_DESCRIPTIONS
    return joined([described[locale] for locale in locales])


def to_json(app: Mapping[str, Any]) -> str:
    """As JSON, without a newline at the end."""
    return json.dumps(app, indent=2, ensure_ascii=False)


def to_yaml(app: Mapping[str, Any]) -> str:
    """As YAML, without a newline at the end.

    Values are written as JSON, which is YAML too, so that none is ever taken for something else.
    """
    return "\n".join(_lines(app, ""))


def _lines(value: Mapping[str, Any] | Sequence[Any], indent: str) -> Iterator[str]:
    items = value.items() if isinstance(value, Mapping) else (("-", item) for item in value)
    for key, item in items:
        start = indent + (key if key == "-" else f"{key}:")
        if not isinstance(item, Mapping | list):
            yield f"{start} {json.dumps(item, ensure_ascii=False)}"
        elif key == "-":
            first, *others = _lines(item, indent + "  ")
            yield f"{start} {first.lstrip()}"
            yield from others
        else:
            yield start
            yield from _lines(item, indent + "  ")
