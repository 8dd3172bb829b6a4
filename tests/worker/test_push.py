"""The worker as Pub/Sub meets it: push envelopes in, and a status that says whether to deliver again."""

from __future__ import annotations

import base64
import io
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.engine.delivery import DUE_SECONDS
from incident.engine.run import Claim, Progress, RunState
from incident.model.facts import Fact, FactKind, declaration
from incident.model.interaction import Interaction, Kind, UnreadableMessageError, reflect, resume
from incident.sandbox.faults import Fault
from incident.worker.function import RENEWED_BEFORE
from incident.worker.push import read_push
from tests.worker.bot import ALICE, MAX_ATTEMPTS, SRE, TRACE, Bot, envelope

WORDS = "the words of a private incident"
INCIDENT = "2026-11-23-4k7wm2zt"
UPDATE = Interaction(
    id="command-update",
    kind=Kind.COMMAND,
    received_at=datetime.now(UTC),
    user=ALICE,
    team="T0MAPLE",
    channel=SRE,
    payload={"text": f"update {WORDS}", "response_url": ""},
)


@pytest.fixture
def bench(bot: Bot) -> Bot:
    """The bot, where one incident lives in #incident-sre."""
    states(bot, INCIDENT, SRE)
    return bot


def states(bot: Bot, incident: str, channel: str) -> None:
    """Makes the store one that has this incident in this channel."""
    at = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
    declared = declaration(
        incident, incident, title=WORDS, day="2026-11-23", at=at, opener=ALICE, team="T0MAPLE", severity=None
    )
    place = {"channel_id": channel, "channel_name": "somewhere"}
    facts = (declared, Fact(f"{incident}.channel_created", FactKind.CHANNEL_CREATED, at, "", place))
    run = bot.store.claim(Claim(incident, 60, "test", "declare", subject=incident, facts=facts))
    bot.store.record(run, Progress(state=RunState.DONE))


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
    bench: Bot, body: Any, capsys: pytest.CaptureFixture[str]
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


def test_a_push_that_breaks_off_is_400(bench: Bot) -> None:
    raw = json.dumps(envelope(UPDATE.to_message())).encode()
    broken = {"CONTENT_LENGTH": str(2 * len(raw)), "wsgi.input": io.BytesIO(raw)}
    assert bench.push(raw, environ_overrides=broken).status_code == 400
    assert bench.said() == []


def test_a_message_is_carried_out_once_however_often_it_comes(
    bench: Bot, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = [bench.deliver(UPDATE, attempt) for attempt in (1, 2, None)]
    assert bench.run(UPDATE.id).state == RunState.WAITING, "its Undo is there for ten minutes"
    bench.undo_time()
    assert bench.run(UPDATE.id).state == RunState.DONE
    capsys.readouterr()
    statuses += [bench.deliver(UPDATE, attempt) for attempt in (4, None)]
    assert statuses == [200] * 5
    assert len(bench.said()) == 1
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events.count("incident.delivery.repeated") == 2
    assert not {"incident.step.completed", "incident.command.completed"} & {*events}


def test_what_another_worker_is_at_is_refused_for_now(bench: Bot, capsys: pytest.CaptureFixture[str]) -> None:
    """It waits for as long as that worker's lease can last, and no longer: one that lives renews it."""
    bench.store.claim(Claim(UPDATE.id, 60, "another", "change", subject=INCIDENT))
    assert bench.deliver(UPDATE) == 503
    assert bench.said() == []
    assert 18 <= bench.time.ahead < 20
    assert '"incident.delivery.refused"' in capsys.readouterr().out


def test_the_run_of_a_worker_that_was_killed_is_taken_over_in_the_same_delivery(bench: Bot) -> None:
    bench.store.claim(Claim(UPDATE.id, 18, "killed", **begun(UPDATE)))
    assert bench.deliver(UPDATE, 2) == 200
    assert 17 <= bench.time.ahead < 20
    assert len(bench.said()) == 1


def begun(interaction: Interaction) -> dict[str, Any]:
    """What the claim of a run says that a worker has begun for this update."""
    text = interaction.payload["text"].partition(" ")[2]
    return {
        "workflow": "change",
        "command": {"type": "PostUpdate", "text": text},
        "origin": interaction.to_dict(),
        "subject": INCIDENT,
        "starts": ("line",),
        "plan": frozenset({"line", "thanks"}),
    }


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=0), Fault(status=0, acts=True)])
def test_what_fails_once_is_done_in_the_same_delivery_and_is_there_once(bench: Bot, fault: Fault) -> None:
    bench.fault_injector.break_("slack.chat.postMessage", fault, times=1)
    assert bench.deliver(UPDATE) == 200
    assert sum(WORDS in text for text in bench.said()) == 1
    assert bench.deliver(UPDATE, 2) == 200
    assert sum(WORDS in text for text in bench.said()) == 1
    assert bench.time.ahead < 5


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=0), Fault(status=0, acts=True)])
def test_what_waits_is_acknowledged_and_goes_on_when_it_is_due(
    bench: Bot, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.fault_injector.break_("slack.chat.*", fault)
    bench.fault_injector.break_("slack.conversations.history", Fault(status=500))
    assert bench.deliver(UPDATE) == 200
    assert '"incident.command.waiting"' in capsys.readouterr().out
    run = bench.run(UPDATE.id)
    assert run.state == RunState.WAITING
    ((due, waits_for),) = bench.sql(
        "SELECT due - (julianday('now') - 2440587.5) * 86400.0, waits_for FROM runs WHERE id = ?", UPDATE.id
    )
    assert DUE_SECONDS - 5 < due <= DUE_SECONDS
    assert waits_for == "slack"

    bench.fault_injector.mend()
    sent = bench.minute()
    due_now = {one.payload["run"] for one in sent if one.kind is Kind.RESUME}
    assert due_now == {UPDATE.id, f"reflect-{INCIDENT}"}
    assert sum(WORDS in text for text in bench.said()) == 1
    for _ in range(4):  # a line that Slack posts late would be deleted until then
        bench.minute()
    bench.undo_time()
    assert bench.run(UPDATE.id).state == RunState.DONE
    assert sum(WORDS in text for text in bench.said()) == 1


def test_a_command_means_what_it_meant_when_it_was_begun(bench: Bot) -> None:
    """It was typed in a channel that Slack had and the store did not know yet to be an incident's."""
    elsewhere = replace(UPDATE, channel="C0PLATFORM")
    bench.fault_injector.break_("slack.*", Fault(status=500))
    assert bench.deliver(elsewhere) == 200
    assert bench.run(elsewhere.id).state == RunState.WAITING
    bench.fault_injector.mend()
    states(bench, "2026-11-23-other222", "C0PLATFORM")

    assert bench.deliver(elsewhere, 2) == 200

    (declared,) = bench.incidents()
    assert declared.purpose.endswith(f"update {WORDS}")
    assert not any("Update from" in text for text in bench.said("C0PLATFORM"))


def test_every_line_says_which_run_whose_and_of_which_trace(
    bench: Bot, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.deliver(UPDATE, attempt=3)
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert logged
    for line in logged:
        assert line["run"] == UPDATE.id
        assert line["actor"] == ALICE
        assert line["incident"] == INCIDENT
        assert line["attempt"] == 3
        assert line["logging.googleapis.com/trace"] == f"projects/sandbox/traces/{TRACE}"
        assert line["logging.googleapis.com/labels"] == {"audit": "true"}
    assert {line["step"] for line in logged if "step" in line} == {"people", "line", "board_reply", "thanks"}
    besides = [{name: value for name, value in line.items() if name != "words"} for line in logged]
    assert WORDS not in json.dumps(besides), "people's words stand in one field, which can be left out"
    assert "xoxb-" not in json.dumps(logged)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.EVENT, {"event": {"type": "message", "text": WORDS}}),
        (Kind.TICK, {}),
        (Kind.COMMAND, {"text": ""}),
        (Kind.BUTTON, {"action_id": "question.update", "value": WORDS, "response_url": ""}),
        (Kind.BUTTON, {"action_id": "run.retry", "value": WORDS, "response_url": ""}),
        (Kind.BUTTON, {"action_id": "severity.set", "value": WORDS, "response_url": ""}),
        (Kind.RESUME, {"run": WORDS}),
    ],
)
def test_what_there_is_nothing_to_do_for_is_200_and_nothing(
    bench: Bot, kind: Kind, payload: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = Interaction("x", kind, datetime.now(UTC), ALICE, "T0MAPLE", SRE, payload)
    assert bench.deliver(unknown) == 200
    looked = {"sheets", "drive"} if kind is Kind.TICK else set()
    assert {call.service for call in bench.fault_injector.calls} == looked
    log = capsys.readouterr().out
    assert WORDS not in log.replace(f'"run": "{WORDS}"', "")
    assert '"severity": "ERROR"' not in log


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.BUTTON, {"action_id": "explode", "value": WORDS, "response_url": ""}),
        (Kind.FORM, {"callback_id": "explode", "values": {}}),
    ],
)
def test_what_a_newer_version_has_to_do_is_delivered_again(
    bench: Bot, kind: Kind, payload: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = Interaction("x", kind, datetime.now(UTC), ALICE, "T0MAPLE", SRE, payload)
    assert bench.deliver(unknown) == 503
    assert bench.fault_injector.calls == []
    log = capsys.readouterr().out
    assert '"incident.command.unknown"' in log
    assert WORDS not in log


def break_store(bot: Bot) -> None:
    """Has the store of an instance that is there fail every call."""
    assert bot.tick() == []
    with closing(sqlite3.connect(bot.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("store", "store-wal", "store-shm"):
        (bot.path.parent / name).unlink(missing_ok=True)
    bot.path.mkdir()


OWN: dict[str, Callable[[], Interaction]] = {
    "resume": lambda: resume(UPDATE.id, datetime.now(UTC), "docs"),
    "reflect": lambda: reflect(INCIDENT, datetime.now(UTC)),
    "tick": lambda: Interaction("tick", Kind.TICK, datetime.now(UTC), "", "", "", {}),
}


def test_a_store_that_does_not_answer_is_503(bench: Bot, capsys: pytest.CaptureFixture[str]) -> None:
    bench.deliver(UPDATE)
    bench.published()
    break_store(bench)
    for attempt in (1, 2, MAX_ATTEMPTS - RENEWED_BEFORE):
        assert bench.deliver(UPDATE, attempt) == 503
    assert bench.published() == []
    assert '"incident.store.failed"' in capsys.readouterr().out


def test_what_cannot_be_put_on_record_is_published_anew_before_it_becomes_a_dead_letter(bench: Bot) -> None:
    break_store(bench)
    assert bench.deliver(UPDATE, MAX_ATTEMPTS - RENEWED_BEFORE + 1) == 200
    assert bench.published() == [UPDATE], "the same words under the same id"
    bench.fault_injector.break_("pubsub.publish", Fault(status=404))
    assert bench.deliver(UPDATE, MAX_ATTEMPTS) == 503


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("attempt", [1, MAX_ATTEMPTS])
def test_what_the_tick_does_by_itself_is_never_refused(bench: Bot, name: str, attempt: int) -> None:
    break_store(bench)
    assert bench.deliver(OWN[name](), attempt) == 200
    assert bench.published() == []


@pytest.mark.parametrize("name", OWN)
def test_what_the_bot_asks_itself_is_not_refused_while_another_worker_is_at_it(bench: Bot, name: str) -> None:
    bench.store.claim(Claim(UPDATE.id, 600, "another", **begun(UPDATE)))
    bench.store.claim(Claim(f"reflect-{INCIDENT}", 600, "another", "reflect", subject=INCIDENT))
    assert bench.deliver(OWN[name]()) == 200
    looked = {"sheets", "drive"} if name == "tick" else set()  # what people may have changed
    assert {call.service for call in bench.fault_injector.calls} == looked


@pytest.mark.parametrize("kind", ["resume", "tick"])
def test_a_tick_that_cannot_publish_is_not_refused(bench: Bot, kind: str) -> None:
    """The next one comes in a minute."""
    bench.fault_injector.break_("slack.*", Fault(status=500))
    bench.deliver(UPDATE)
    bench.published()
    bench.time.pass_(60)
    bench.fault_injector.mend()
    bench.fault_injector.break_("pubsub.publish", Fault(status=404))
    assert bench.deliver(OWN[kind]()) == 200
    assert Counter(call.name for call in bench.fault_injector.calls)["pubsub.publish"] > 0


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
