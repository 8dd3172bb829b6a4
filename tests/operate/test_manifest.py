"""The Slack app's manifest."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from incident.cli import main
from incident.model.locale import SPOKEN
from incident.operate.manifest import manifest, to_yaml
from incident.services.slack_methods import EVENTS, METHODS, PURPOSES

URL = "https://incident-slack.example.run.app"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["manifest", *arguments]) == 0
    return capsys.readouterr().out


def test_is_the_app_that_the_bot_needs(capsys: pytest.CaptureFixture[str]) -> None:
    app = json.loads(printed(capsys, "--url", URL, "--format", "json"))
    assert app == manifest(URL, "en")
    [command] = app["features"]["slash_commands"]
    assert command == {
        "command": "/incident",
        "url": URL,
        "description": "Declare an incident",
        "usage_hint": "[what went wrong]",
        "should_escape": True,
    }
    assert app["settings"]["interactivity"] == {"is_enabled": True, "request_url": URL}
    assert app["features"]["app_home"]["messages_tab_enabled"]  # or nobody can be told in private
    off = ("org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled")
    assert [app["settings"][name] for name in off] == [False] * 3


def test_asks_for_the_scopes_of_methods_events_and_the_command_alone() -> None:
    needed = {scope for scopes in (*METHODS.values(), *EVENTS.values()) for scope in scopes} | {"commands"}
    assert manifest(URL, "en")["oauth_config"]["scopes"]["bot"] == sorted(needed)
    assert PURPOSES.keys() == needed


@pytest.mark.parametrize("locale", SPOKEN)
def test_keeps_to_slacks_limits(locale: str) -> None:
    """https://docs.slack.dev/reference/app-manifest"""
    app = manifest(URL, locale)
    display, [command] = app["display_information"], app["features"]["slash_commands"]
    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", app["features"]["bot_user"]["display_name"])
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000


def test_both_languages_say_what_one_says() -> None:
    app = manifest(URL, "both")
    [command] = app["features"]["slash_commands"]
    for locale in ("en", "fr"):
        [alone] = manifest(URL, locale)["features"]["slash_commands"]
        assert alone["description"] in command["description"]
        assert alone["usage_hint"].strip("[]") in command["usage_hint"]
    assert command["usage_hint"] == "[what went wrong · ce qui ne va pas]"
    description = app["display_information"]["description"]
    assert "A channel, a call and a report" in description
    assert "Un canal, un appel et un rapport" in description


@pytest.mark.parametrize("locale", SPOKEN)
def test_yaml_says_the_same(locale: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--url", URL, "--locale", locale)
    assert read(text.splitlines()) == manifest(URL, locale)


def test_yaml_is_not_misread() -> None:
    app = {"a": ["no", "1.0", {"x": "- y: #", "z": True}], "b": {"c": [1, "é\n\"'"]}}
    assert read(to_yaml(app).splitlines()) == app


@pytest.mark.parametrize(
    "url", ["http://bot.example", "ftp://bot.example", "bot.example", "https://", "https://[", "https://a b"]
)
def test_refuses_what_slack_cannot_call(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["manifest", "--url", url])
    assert ended.value.code == 2
    assert "no URL that Slack can call" in capsys.readouterr().err


def test_the_sandbox_may_be_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert "http://127.0.0.1:8080/" in printed(capsys, "--url", "http://127.0.0.1:8080/")


def read(lines: list[str]) -> Any:
    """Reads block YAML whose scalars are JSON: what the emitter may use, and nothing else."""
    rest = [(len(line) - len(line.lstrip()), line.lstrip()) for line in lines]
    value = block(rest)
    assert not rest
    return value


def block(rest: list[tuple[int, str]]) -> Any:
    indent = rest[0][0]
    found: Any = [] if rest[0][1].startswith("- ") else {}
    while rest and rest[0][0] == indent:
        _, text = rest.pop(0)
        if isinstance(found, list):
            item = text.removeprefix("- ")
            assert item != text
            if re.match(r"\w+:", item):
                rest.insert(0, (indent + 2, item))
                found.append(block(rest))
            else:
                found.append(json.loads(item))
        else:
            key, _, scalar = text.partition(":")
            found[key] = json.loads(scalar) if scalar else block(rest)
    return found
