"""The worker as Pub/Sub meets it: push envelopes in, and a status that says whether to deliver again."""

from __future__ import annotations

import base64
import gc
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from incident.engine.run import Claim
from incident.model.incident import Incident, Role
from incident.model.interaction import Interaction, Kind, UnreadableMessageError
from incident.sandbox.faults import Fault, FaultInjector
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from incident.store.sqlite import SqliteStore
from incident.worker.function import read_push

ROOT = Path(__file__).parents[2]
ALICE, SRE = "U0ALICE", "C0SRE"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
WORDS = "the words of a private incident"
INCIDENT = Incident(
    id="2026-11-23-4k7wm2zt",
    title=WORDS,
    date=date(2026, 11, 23),
    declared_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
    declared_by=ALICE,
    roles={Role.INCIDENT_COMMANDER: ALICE, Role.OPERATIONS_LEAD: ALICE},
    channel_id=SRE,
)
UPDATE = Interaction(
    id="command-update",
    kind=Kind.COMMAND,
    received_at=datetime.now(UTC),
    user=ALICE,
    team="T0MAPLE",
    channel=SRE,
    payload={"text": f"update {WORDS}", "response_url": ""},
)


@dataclass
class Bench:
    """The worker, the workspace it talks to, and the store, where one incident lives in #incident-sre."""

    app: Flask
    slack: FakeSlack
    fault_injector: FaultInjector
    store: SqliteStore

    def push(self, body: Any, **more: Any) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.app.test_client().post("/", data=raw, content_type="application/json", **more)

    def deliver(self, interaction: Interaction, attempt: int | None = 1) -> TestResponse:
        return self.push(envelope(interaction.to_message(), attempt))

    @property
    def said(self) -> list[str]:
        return [m.text for m in self.slack.workspace.history(SRE, ALICE) if m.user == "U0INCIDENT"]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    fault_injector = FaultInjector()
    with ExitStack() as stack:
        slack = FakeSlack(fault_injector, bot_token="xoxb-sandbox", signing_secret="s")
        server = Server(slack)
        stack.callback(server.close)
        slack.url = server.url
        environment = {
            "GOOGLE_CLOUD_PROJECT": "sandbox",
            "SLACK_SIGNING_SECRET": "a-signing-secret",
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_API_URL": f"{server.url}/api/",
            "GOOGLE_API_URL": "http://127.0.0.1:9/",
            "INCIDENT_STORE": f"sqlite:{tmp_path / 'store'}",
            "INCIDENT_TEMPLATE_ID": "template",
            "INCIDENT_FOLDER_ID": "folder",
            "INCIDENT_SPREADSHEET_ID": "spreadsheet",
            "INCIDENT_LOCALE": "en",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        app = functions_framework.create_app(target="worker", source=str(ROOT / "main.py"))  # type: ignore[no-untyped-call]  # has no types
        store = SqliteStore(tmp_path / "store")
        store.claim(Claim("declared", "declare", INCIDENT.id, (), 60, creates=INCIDENT.to_dict()))
        yield Bench(app, slack, fault_injector, store)
    gc.collect()  # Google's clients are large, and hold one another


def envelope(data: bytes, attempt: int | None = 1, **attributes: str) -> dict[str, Any]:
    """A push as https://cloud.google.com/pubsub/docs/push#receive_push has it."""
    message = {
        "messageId": "136969346945",
        "publishTime": "2026-11-23T03:04:05.678Z",
        "data": base64.b64encode(data).decode(),
        "attributes": {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", **attributes},
    }
    found: dict[str, Any] = {"message": message, "subscription": "projects/sandbox/subscriptions/s"}
    return found if attempt is None else {**found, "deliveryAttempt": attempt}


def changed(**fields: Any) -> dict[str, Any]:
    return envelope(json.dumps({**json.loads(UPDATE.to_message()), **fields}).encode())


UNREADABLE: dict[str, Any] = {
    "nothing": b"",
    "no JSON": WORDS.encode(),
    "not UTF-8": b"\xff\xfe",
    "no object": [WORDS],
    "null": None,
    "no message": {"subscription": WORDS},
    "message is text": {"message": WORDS},
    "message is null": {"message": None},
    "attributes are text": {"message": {"data": "", "attributes": WORDS}},
    "data is no base64": {"message": {"data": WORDS}},
    "data is a number": {"message": {"data": 7}},
    "data is empty": {"message": {"attributes": {}}},
    "attempt is text": {**envelope(UPDATE.to_message()), "deliveryAttempt": WORDS},
    "too deep": b"[" * 100_000,
    "a version from the future": changed(version=2),
    "a version that is words": changed(version=WORDS),
    "a kind from the future": changed(kind="gesture"),
    "no time": changed(received_at=WORDS),
    "no actor": changed(actor=WORDS),
    "payload is text": changed(payload=WORDS),
    "payload with half JSON": envelope(WORDS.encode()),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_400_with_the_reason_and_without_the_words(
    bench: Bench, body: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = bench.push(body)
    assert answer.status_code == 400
    (logged,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (logged["severity"], logged["event"]) == ("ERROR", "incident.message.unreadable")
    assert logged["message"].startswith("cannot be read: ")
    assert WORDS not in json.dumps(logged) + answer.get_data(as_text=True)
    assert bench.fault_injector.calls == []


def test_an_endless_number_of_attempts_is_unreadable() -> None:
    raw = json.dumps(envelope(UPDATE.to_message())).encode()
    with pytest.raises(UnreadableMessageError):
        read_push(raw.replace(b'"deliveryAttempt": 1', b'"deliveryAttempt": 1e999'))


def test_a_push_that_breaks_off_is_400(bench: Bench) -> None:
    raw = json.dumps(envelope(UPDATE.to_message())).encode()
    broken = {"CONTENT_LENGTH": str(2 * len(raw)), "wsgi.input": io.BytesIO(raw)}
    assert bench.push(raw, environ_overrides=broken).status_code == 400
    assert bench.said == []


def test_a_message_is_carried_out_once_however_often_it_comes(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = [bench.deliver(UPDATE, attempt).status_code for attempt in (1, 2, None)]
    assert statuses == [200, 200, 200]
    assert len(bench.said) == 1
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in logged].count("incident.command.completed") == 1
    assert [line["event"] for line in logged].count("incident.delivery.repeated") == 2


def test_what_another_worker_is_at_is_refused_for_now(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.store.claim(Claim(UPDATE.id, "update", INCIDENT.id, ("message",), lease=60))
    assert bench.deliver(UPDATE).status_code == 503
    assert bench.said == []
    assert '"incident.delivery.refused"' in capsys.readouterr().out


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=0), Fault(status=0, acts=True)])
def test_what_could_not_be_done_comes_again_and_is_there_once(bench: Bench, fault: Fault) -> None:
    bench.fault_injector.break_("slack.chat.postMessage", fault, times=1)
    assert bench.deliver(UPDATE).status_code == 503
    assert bench.deliver(UPDATE, 2).status_code == 200
    assert sum(WORDS in text for text in bench.said) == 1


def test_a_command_means_what_it_meant_when_it_was_begun(bench: Bench) -> None:
    """It was typed in a channel that Slack had and the store did not know yet to be an incident's."""
    elsewhere = replace(UPDATE, channel="C0PLATFORM")
    bench.fault_injector.break_("slack.conversations.create", Fault(status=500), times=1)
    assert bench.deliver(elsewhere).status_code == 503
    other = replace(INCIDENT, id="2026-11-23-other222", channel_id="C0PLATFORM")
    bench.store.claim(Claim("known", "declare", other.id, (), 60, creates=other.to_dict()))

    bench.deliver(elsewhere, 2)

    declared = [c for c in bench.slack.workspace.channels.values() if c.name.startswith("incident-2")]
    assert len(declared) == 1
    assert not any("Update from" in m.text for m in bench.slack.workspace.history("C0PLATFORM", ALICE))


def test_every_line_says_which_run_whose_and_of_which_trace(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.deliver(UPDATE, attempt=3)
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert logged
    for line in logged:
        assert line["run"] == UPDATE.id
        assert line["actor"] == ALICE
        assert line["incident"] == INCIDENT.id
        assert line["attempt"] == 3
        assert line["logging.googleapis.com/trace"] == f"projects/sandbox/traces/{TRACE}"
        assert line["logging.googleapis.com/labels"] == {"audit": "true"}
    assert {line["step"] for line in logged if "step" in line} == {"message", "receipt"}
    assert WORDS not in json.dumps(logged)
    assert "xoxb-" not in json.dumps(logged)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.EVENT, {"event": {"type": "message", "text": WORDS}}),
        (Kind.TICK, {}),
        (Kind.BUTTON, {"action_id": "explode", "value": WORDS, "response_url": ""}),
        (Kind.FORM, {"callback_id": WORDS, "values": {}}),
    ],
)
def test_what_nobody_knows_is_200_and_nothing(
    bench: Bench, kind: Kind, payload: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = Interaction("x", kind, datetime.now(UTC), ALICE, "T0MAPLE", SRE, payload)
    assert bench.deliver(unknown).status_code == 200
    assert bench.fault_injector.calls == []
    assert WORDS not in capsys.readouterr().out


def test_a_store_that_does_not_answer_is_503(bench: Bench, tmp_path: Path) -> None:
    bench.deliver(UPDATE)
    for path in tmp_path.glob("store*"):
        path.unlink()
    (tmp_path / "store").mkdir()
    assert bench.deliver(UPDATE).status_code == 503


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "message": st.fixed_dictionaries(
            {},
            optional={
                "data": st.binary(max_size=20).map(lambda b: base64.b64encode(b).decode()) | json_values,
                "attributes": json_values,
                "messageId": json_values,
            },
        )
        | json_values,
        "deliveryAttempt": json_values,
    },
)


@settings(
    derandomize=True, deadline=None, max_examples=200, suppress_health_check=[HealthCheck.filter_too_much]
)
@given(st.one_of(st.binary(max_size=50), envelopes.map(lambda e: json.dumps(e).encode())))
def test_any_bytes_are_an_envelope_or_unreadable(body: bytes) -> None:
    with suppress(UnreadableMessageError):
        read_push(body)
