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

from incident.commands import declare
from incident.messages.intake import COMMAND
from incident.messages.locales import words_for
from incident.runtime.settings import LOCALES, is_loopback
from incident.services.slack_methods import PURPOSES

_DESCRIPTIONS = {
    "en": "Opens a channel, a call and a report for an incident, and tells whoever should know.",
    "fr": "Ouvre un canal, un appel et un rapport pour un incident, et prévient qui doit l’être.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.description = "Prints the manifest of the Slack app, with exactly the scopes that the bot needs."
    parser.add_argument(
        "--url", required=True, type=slack_url, help="of the Slack function: `terraform output slack_url`"
    )
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="yaml if not given")
    parser.add_argument("--locale", choices=LOCALES, default=LOCALES[0], help="the bot's language")


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
        locale: `en` or `fr`, of the words that people see in Slack.
    """
    say = words_for(locale)
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": "Incident bot", "description": _DESCRIPTIONS[locale]},
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
                    "description": declare.FORM_TEXT[say.locale]["title"],
                    "usage_hint": f"[{say.what_went_wrong}]",
                    "should_escape": True,  # so that the bot knows a person from a name that somebody typed
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(PURPOSES)}},
        "settings": {
            "interactivity": {"is_enabled": True, "request_url": url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


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
