"""Everything that can be wrong with a deployment is seen, and what to do about it is said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from incident.cli import main
from incident.operate import doctor
from incident.operate.finding import Finding, State, good
from incident.runtime.settings import WorkerSettings
from incident.sandbox.faults import Fault
from incident.sandbox.world import World
from incident.services import google as google_service

BOT = "U0INCIDENT"


@pytest.fixture(scope="module", autouse=True)
def _clients_made_once() -> Iterator[None]:
    """Those of Google's APIs take a while to make."""
    kept: dict[Any, Any] = {}
    build = google_service.Google._build

    def build_once(self: google_service.Google, api: google_service.Api) -> Any:
        key = (self._root, api)
        kept[key] = kept.get(key) or build(self, api)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(google_service.Google, "_build", build_once)
        yield


def examined(
    world: World,
    *only: str,
    now: Callable[[], float] = time.time,
    changed: Mapping[str, str] | None = None,
    **settings: str,
) -> dict[str, Finding]:
    """The findings of these checks, of all if none are named; with other settings where some are given."""
    environment = {**world.environment(), **(changed or {}), **settings}
    checks = doctor.all_checks(WorkerSettings.load(environment), "", now)
    assert set(only) <= checks.keys()
    return dict(doctor.examine({name: checks[name] for name in checks if not only or name in only}))


def is_bad(finding: Finding, found: str, advice: str) -> None:
    assert finding.state is State.BAD
    assert found in finding.found
    assert advice in finding.advice


def remove(world: World, file_id: str) -> None:
    del world.google._state.files[file_id]


def replace_text(world: World, file_id: str, old: str, new: str) -> None:
    content = world.google._state.files[file_id].content
    text = content.text  # type: ignore[union-attr]  # it is a document
    at = text.index(old)
    content.splice(at, at + len(old), new)  # type: ignore[union-attr]  # likewise


def test_all_is_well_with_the_sandbox(world: World) -> None:
    files = {file.id: file.modified for file in world.google.files()}
    slack = world.slack.version
    found = examined(world)
    assert {name: finding for name, finding in found.items() if finding.state is not State.GOOD} == {}
    assert not any(finding.advice for finding in found.values())
    assert {file.id: file.modified for file in world.google.files()} == files
    assert world.slack.version == slack
    assert world.pubsub.deliveries == []


# Slack


def test_a_token_that_is_revoked(world: World) -> None:
    found = examined(
        world, "Slack token", "Slack scopes", "Announcements", "Clock", SLACK_BOT_TOKEN="xoxb-old"
    )
    is_bad(found.pop("Slack token"), "slack: invalid_auth", "Install the app in the workspace, and store")
    assert {finding.state for finding in found.values()} == {State.DOUBTFUL}
    assert {finding.advice for finding in found.values()} == {"First see to the token."}


def test_a_scope_that_is_missing(world: World) -> None:
    world.slack.scopes -= {"pins:write", "users:read"}
    found = examined(world, "Slack token", "Slack scopes")["Slack scopes"]
    is_bad(found, "missing: pins:write (to pin the briefing); users:read (to know", "incident manifest")


def test_a_scope_too_many(world: World) -> None:
    world.slack.scopes |= {"reactions:write"}
    found = examined(world, "Slack token", "Slack scopes")["Slack scopes"]
    assert (found.state, found.found) == (State.DOUBTFUL, "more than is needed: reactions:write")


def test_a_scope_that_a_check_itself_needs(world: World) -> None:
    world.slack.scopes -= {"channels:read"}
    found = examined(world, "Slack token", "Announcements")["Announcements"]
    is_bad(found, "slack: missing_scope", "incident manifest")


def change_channel(world: World, **changed: Any) -> None:
    channel = world.slack.workspace.channels["C0SRE"]
    world.slack.workspace.put(replace(channel, **changed))


def test_the_bot_is_not_in_the_channel(world: World) -> None:
    change_channel(world, members=("U0ALICE",))
    found = examined(world, "Slack token", "Announcements")["Announcements"]
    is_bad(found, "the bot is not in #incident-sre", "Type `/invite @incident_bot` there.")


@pytest.mark.parametrize("name", ["nowhere", "C0NOWHERE"])
def test_there_is_no_such_channel(name: str, world: World) -> None:
    found = examined(world, "Slack token", "Announcements", INCIDENT_CHANNEL=name)["Announcements"]
    is_bad(found, f"there is no #{name} that the bot can see", "or set another INCIDENT_CHANNEL")


def test_the_channel_is_archived(world: World) -> None:
    change_channel(world, archived=True)
    found = examined(world, "Slack token", "Announcements", INCIDENT_CHANNEL="C0SRE")["Announcements"]
    is_bad(found, "#incident-sre is archived", "Unarchive it")


def test_there_is_no_such_group(world: World) -> None:
    found = examined(world, "Slack token", "On-call groups", INCIDENT_ONCALL_GROUPS="S0NONE")[
        "On-call groups"
    ]
    is_bad(found, "there is no user group S0NONE", "Set INCIDENT_ONCALL_GROUPS to ids")


def test_the_comms_group(world: World) -> None:
    def found(group: str | None = None) -> Finding:
        changed = {} if group is None else {"INCIDENT_COMMS_GROUP": group}
        return examined(world, "Slack token", "Comms group", changed=changed)["Comms group"]

    assert found("") == good("none is set, so whoever leads names a person")
    assert found() == good("S0COMMS has 3")
    is_bad(
        found("S0NONE"),
        "there is no user group S0NONE",
        "Set INCIDENT_COMMS_GROUP to an id",
    )


def test_what_is_no_signing_secret(world: World) -> None:
    found = examined(world, "Signing secret", SLACK_SIGNING_SECRET="xoxb-1-2")["Signing secret"]
    is_bad(found, "does not look like one", "App Credentials > Signing Secret")
    assert "xoxb-1-2" not in repr(found)


@pytest.mark.parametrize(("apart", "word"), [(-400, "behind"), (400, "ahead of")])
def test_a_clock_that_is_off(apart: int, word: str, world: World) -> None:
    found = examined(world, "Slack token", "Clock", now=lambda: time.time() + apart)["Clock"]
    is_bad(found, f"s {word} Slack's", "Set the clock by a time server")


def test_a_clock_that_cannot_be_compared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incident.operate.slack_checks._header", lambda _headers, _wanted: "")
    found = examined(world, "Slack token", "Clock")["Clock"]
    assert (found.state, found.found) == (State.DOUBTFUL, "Slack did not say what time it is")


def test_slack_that_does_not_answer(world: World) -> None:
    found = examined(world, "Slack token", SLACK_API_URL="http://127.0.0.1:9/")["Slack token"]
    is_bad(found, "slack: ConnectionRefusedError", "Try again in a minute")


def test_slack_that_is_out_of_order(world: World) -> None:
    world.fault_injector.break_("slack.*", Fault(status=503))
    is_bad(examined(world, "Slack token")["Slack token"], "slack: ", "Try again in a minute")


# Google Workspace


@pytest.mark.parametrize(
    ("check", "setting"),
    [
        ("Report template", "INCIDENT_TEMPLATE_ID"),
        ("Incidents folder", "INCIDENT_FOLDER_ID"),
        ("Spreadsheet", "INCIDENT_SPREADSHEET_ID"),
    ],
)
def test_a_file_that_is_deleted_binned_or_another(check: str, setting: str, world: World) -> None:
    file_id = world.environment()[setting]
    other = {"Incidents folder": world.workspace.template_id}.get(check, world.workspace.folder_id)
    is_bad(
        examined(world, check, changed={setting: other})[check], "is no ", f"Set {setting} to the id of a "
    )
    world.google._state.files[file_id].trashed = True
    is_bad(examined(world, check)[check], "is in the bin", "Take it out of the bin again.")
    remove(world, file_id)
    is_bad(
        examined(world, check)[check], f"{file_id} is not there", f"`incident bootstrap`, and set {setting}"
    )


def test_a_template_without_placeholders(world: World) -> None:
    content = world.google._state.files[world.workspace.template_id].content
    content.splice(0, len(content.text) - 1, "Report")  # type: ignore[union-attr]  # it is a document
    found = examined(world, "Report template")["Report template"]
    is_bad(found, "has no placeholders", "Write {{title}}, {{date}}")


def test_a_template_that_lacks_one_or_has_a_strange_one(world: World) -> None:
    replace_text(world, world.workspace.template_id, "{{meet}}", "")
    found = examined(world, "Report template")["Report template"]
    assert (found.state, found.found) == (State.DOUBTFUL, "“Incident report template” has no {{meet}}")
    replace_text(world, world.workspace.template_id, "{{title}}", "{{titel}}")
    found = examined(world, "Report template")["Report template"]
    assert found.state is State.DOUBTFUL
    assert "has {{titel}}, which the bot does not know" in found.found


@pytest.mark.parametrize(
    ("check", "setting", "found"),
    [
        ("Incidents folder", "INCIDENT_FOLDER_ID", "the bot may not add to “Incidents”"),
        ("Spreadsheet", "INCIDENT_SPREADSHEET_ID", "the bot may not write in “Incident tracking”"),
    ],
)
def test_what_the_bot_may_only_read(check: str, setting: str, found: str, world: World) -> None:
    world.google.restrict(world.environment()[setting])
    is_bad(examined(world, check)[check], found, "Content manager of the Shared Drive")


def test_a_folder_in_nobodys_drive(world: World) -> None:
    file = world.google._state.files[world.workspace.folder_id]
    file.parent, file.drive_id = "root", None
    found = examined(world, "Incidents folder")["Incidents folder"]
    is_bad(found, "is in no Shared Drive", "Move it into a Shared Drive, or set GOOGLE_SUBJECT.")
    found = examined(world, "Incidents folder", GOOGLE_SUBJECT="bot@example.org")["Incidents folder"]
    assert found.state is State.GOOD


def test_a_tab_that_is_missing(world: World) -> None:
    found = examined(world, "Its tab", INCIDENT_SHEET="Nowhere")["Its tab"]
    is_bad(found, "there is no tab “Nowhere”", "set INCIDENT_SHEET to one that is there: Incidents.")


@pytest.mark.parametrize("locale", ["en", "fr", "both"])
def test_columns_in_another_order(locale: str, world: World) -> None:
    content = world.google._state.files[world.workspace.spreadsheet_id].content
    sheet = content.sheets[0]  # type: ignore[union-attr]  # it is a spreadsheet
    sheet.cells[0, 1] = {"userEnteredValue": {"stringValue": "day"}}
    found = examined(world, "Its tab", INCIDENT_LOCALE=locale)["Its tab"]
    wanted = {
        "en": "id | date | title | channel",
        "fr": "id | date | titre | canal",
        "both": "id | date | title · titre | channel · canal",
    }[locale]
    is_bad(found, "begins with other columns: id, day, title", f"The first row must begin: {wanted}")


def test_columns_of_ones_own_are_fine(world: World) -> None:
    content = world.google._state.files[world.workspace.spreadsheet_id].content
    sheet = content.sheets[0]  # type: ignore[union-attr]  # it is a spreadsheet
    sheet.cells[0, 10] = {"userEnteredValue": {"stringValue": "ours"}}
    assert examined(world, "Its tab")["Its tab"].state is State.GOOD


@pytest.mark.parametrize(
    ("subject", "advice"),
    [("", "set GOOGLE_SUBJECT"), ("bot@example.org", "terraform output domain_wide_delegation")],
)
def test_meet_refuses(subject: str, advice: str, world: World) -> None:
    world.fault_injector.break_("meet.spaces.create", Fault(status=403, error="PERMISSION_DENIED"))
    found = examined(world, "Google Meet", GOOGLE_SUBJECT=subject)["Google Meet"]
    is_bad(found, "PERMISSION_DENIED", advice)


def test_google_that_does_not_answer(world: World) -> None:
    found = examined(world, "Report template", "Its tab", GOOGLE_API_URL="http://127.0.0.1:9/")
    is_bad(found["Report template"], "drive: ConnectionError", "Try again in a minute")
    is_bad(found["Its tab"], "sheets: ConnectionError", "Try again in a minute")


# Google Cloud


def test_a_topic_that_is_missing(world: World) -> None:
    found = examined(world, "Topic", "Subscription", "Dead letters", INCIDENT_TOPIC="nowhere")
    is_bad(found["Topic"], "there is no topic nowhere", "Or set INCIDENT_TOPIC right.")
    for name in ("Subscription", "Dead letters"):
        is_bad(found[name], "there is no topic nowhere", "terraform apply")


def test_a_worker_that_may_not_publish(world: World) -> None:
    assert (
        examined(world, "Own messages")["Own messages"].found
        == "the worker may publish to incident-interactions"
    )
    permissions = world.pubsub.api.permissions
    world.pubsub.api.permissions = set()
    try:
        found = examined(world, "Own messages")["Own messages"]
    finally:
        world.pubsub.api.permissions = permissions
    is_bad(found, "the worker may not publish to incident-interactions", "terraform apply")


def test_a_worker_that_publishes_to_no_topic(world: World) -> None:
    found = examined(world, "Own messages", INCIDENT_TOPIC="nowhere")["Own messages"]
    is_bad(found, "may not publish to nowhere", "Or set INCIDENT_TOPIC right.")


def test_a_topic_that_nobody_listens_to(world: World) -> None:
    topic = f"projects/sandbox/topics/{world.environment()['INCIDENT_TOPIC']}-dead-letters"
    found = examined(world, "Subscription", INCIDENT_TOPIC=topic.rpartition("/")[2])["Subscription"]
    is_bad(found, "nothing pushes what is published on incident-interactions-dead-letters", "terraform apply")


def test_deliveries_that_the_worker_does_not_expect(world: World) -> None:
    found = examined(world, "Subscription", INCIDENT_MAX_DELIVERY_ATTEMPTS="7")["Subscription"]
    is_bad(found, "delivers 100 times at most, the worker expects 7", "INCIDENT_MAX_DELIVERY_ATTEMPTS to 100")


def test_a_dead_letter_topic_that_is_gone(world: World) -> None:
    world.fault_injector.break_("pubsub.getTopic", Fault(status=404))
    is_bad(examined(world, "Dead letters")["Dead letters"], "there is no topic", "terraform apply")


def test_pubsub_that_may_not_be_looked_at(world: World) -> None:
    world.fault_injector.break_("pubsub.*", Fault(status=403))
    is_bad(examined(world, "Topic")["Topic"], "pubsub: PermissionDenied", "may not look")


def test_pubsub_that_does_not_answer(world: World) -> None:
    found = examined(world, "Topic", PUBSUB_EMULATOR_HOST="127.0.0.1:9")["Topic"]
    is_bad(found, "pubsub: ServiceUnavailable", "Try again in a minute")


def test_a_store_that_cannot_be_reached(world: World) -> None:
    found = examined(world, "Store", INCIDENT_STORE="sqlite:/nowhere/x")["Store"]
    is_bad(found, "", "Check INCIDENT_STORE (sqlite:/nowhere/x)")


# The command


def configure(monkeypatch: pytest.MonkeyPatch, world: World, **changed: str) -> None:
    for name, value in (world.environment() | changed).items():
        monkeypatch.setenv(name, value)


def test_prints_a_line_for_each_and_says_it_by_its_status(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(monkeypatch, world)
    assert main(["doctor"]) == 0
    *lines, empty, closing = capsys.readouterr().out.splitlines()
    assert {line[0] for line in lines} == {"✓"}
    assert len(lines) == 19
    assert (empty, closing) == ("", "All is well.")

    configure(monkeypatch, world, INCIDENT_SHEET="Nowhere")
    world.slack.scopes |= {"reactions:write"}
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "✗ Its tab           there is no tab “Nowhere”\n" in printed
    assert (
        "                    → Call a tab so, or set INCIDENT_SHEET to one that is there: Incidents.\n"
        in printed
    )
    assert "! Slack scopes      more than is needed: reactions:write\n" in printed
    assert printed.endswith("\n1 to mend, 1 to look at.\n")


def test_what_is_doubtful_alone_is_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(monkeypatch, world)
    world.slack.scopes |= {"reactions:write"}
    assert main(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is True
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert states.pop("Slack scopes") == "doubtful"
    assert set(states.values()) == {"good"}


def test_a_setting_that_is_missing_is_a_line(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(monkeypatch, world)
    monkeypatch.delenv("INCIDENT_TEMPLATE_ID")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("✗ Settings  INCIDENT_TEMPLATE_ID is not set")
    assert "terraform output" in printed


def test_no_secret_is_printed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(monkeypatch, world, SLACK_BOT_TOKEN="xoxb-wrong-one")
    assert main(["doctor", "--json"]) == 1
    printed = "".join(capsys.readouterr())
    assert "xoxb-wrong-one" not in printed
    assert world.environment()["SLACK_SIGNING_SECRET"] not in printed
