"""What is Firestore's own: how many calls, answers that are lost, and what its errors become."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NoReturn

import grpc
import pytest

from incident.engine.run import Claim, LeaseLostError, Progress, Run, RunDoneError, RunLeasedError, RunState
from incident.model.facts import Fact, FactKind
from incident.runtime import clock
from incident.runtime.failures import PermanentError, TransientError
from incident.store import firestore, firestore_calls
from incident.store.contract import reflect_run
from incident.store.firestore import FirestoreStore
from tests.contract import stores
from tests.contract.stores import AT, INCIDENT, carry_on, claim, declare, severity


class StatusError(grpc.RpcError):
    """An answer of Firestore's that is an error."""

    def __init__(self, status: grpc.StatusCode) -> None:
        super().__init__(status)
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status

    def details(self) -> str:
        return "words of a person"

    def trailing_metadata(self) -> tuple[()]:
        return ()

    def result(self) -> NoReturn:
        raise self


@dataclass
class Wire(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Between the client and the emulator: counts the calls and spoils the next ones.

    Attributes:
        calls: the names of the methods that were called.
        lost: errors that take the place of the next answers to commits; Firestore has acted.
        refused: errors that take the place of the next calls; Firestore never sees them.
        meanwhile: happens once before the next commit that is not lost reaches Firestore.
        delay: seconds that each call takes longer.
    """

    calls: list[str] = field(default_factory=list)
    lost: list[grpc.StatusCode] = field(default_factory=list)
    refused: list[grpc.StatusCode] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None
    delay: float = 0.0

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        self._note(details)
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        if self.delay and details.timeout < self.delay:
            time.sleep(details.timeout)
            raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED)
        time.sleep(self.delay)
        answer = continuation(details, request)
        answer.result()
        if self.lost:
            raise StatusError(self.lost.pop(0))
        return answer

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        self._note(details)
        time.sleep(self.delay)
        return continuation(details, request)

    def _note(self, details: Any) -> None:
        self.calls.append(details.method.rpartition("/")[2])
        if self.refused:
            raise StatusError(self.refused.pop(0))


class SpoiltClient(firestore_calls.EmulatorClient):
    """A client whose every call goes through a `Wire`."""

    def __init__(self, project: str, host: str) -> None:
        super().__init__(project, None, host)
        self.wire = Wire()

    def _emulator_channel(self, transport: Any) -> Any:
        channel = super()._emulator_channel(transport)  # type: ignore[no-untyped-call]  # it has no types
        return grpc.intercept_channel(channel, self.wire)


UNDO = stores.fact("undo", FactKind.UNDONE, 4.0, fact="severity 1.0")


@pytest.fixture
def client(firestore_emulator: str) -> SpoiltClient:
    return SpoiltClient(stores.settings("firestore").project, firestore_emulator)


@pytest.fixture
def wire(client: SpoiltClient) -> Wire:
    return client.wire


@pytest.fixture
def store(client: SpoiltClient) -> FirestoreStore:
    return FirestoreStore(client)


@pytest.fixture
def rival(client: SpoiltClient, firestore_emulator: str) -> FirestoreStore:
    """Another worker, on a wire of its own."""
    return FirestoreStore(firestore_calls.connect(client.project, None, firestore_emulator))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives up after a moment."""
    monkeypatch.setattr(firestore_calls, "CALL_SECONDS", 0.8)


# How many calls


def test_a_declaration_of_two_writes_takes_three_commits_and_no_read(
    store: FirestoreStore, wire: Wire
) -> None:
    made = stores.fact("channel", FactKind.CHANNEL_CREATED, channel_id="C1", channel_name="x")
    run = store.claim(declare())
    run = store.record(run, Progress({"channel": {"id": "C1"}}, starts=["links"], facts=[made]))
    run = store.record(run, Progress({"row": {}}, facts=[severity(1, 1.0)], surfaces={"row": {"id": 1}}))
    run = store.record(run, Progress(surfaces={"row": {"version": 3}}))
    store.record(run, Progress({"links": {}}, state=RunState.DONE))

    assert wire.calls == ["Commit"] * 5
    assert store.incident(INCIDENT) == stores.incident(made, severity(1, 1.0))


def test_a_command_about_an_incident_reads_once(store: FirestoreStore, wire: Wire) -> None:
    store.claim(declare())
    wire.calls.clear()

    run = store.claim(claim(subject=INCIDENT, facts=[severity(1, 1.0)]))
    store.record(run, Progress(facts=[severity(2, 2.0)], state=RunState.DONE))

    assert wire.calls == ["BatchGetDocuments", "Commit", "Commit"]


def test_where_something_is_taken_back_all_facts_are_read_in_one_call(
    store: FirestoreStore, wire: Wire
) -> None:
    store.claim(declare())
    run = store.claim(claim(subject=INCIDENT, facts=[severity(1, 1.0)]))
    wire.calls.clear()

    run = store.record(run, Progress(facts=[UNDO]))
    store.record(run, Progress(facts=[severity(2, 2.0)]))
    store.claim(claim("next", subject=INCIDENT, facts=[severity(3, 3.0)]))

    assert wire.calls == ["RunQuery", "Commit"] * 2 + ["BatchGetDocuments", "RunQuery", "Commit"]
    assert store.incident(INCIDENT) == stores.incident(*(severity(n, float(n)) for n in (1, 2, 3)), UNDO)


def test_a_takeover_reads_once(store: FirestoreStore, wire: Wire) -> None:
    store.claim(claim(lease=0.0))
    wire.calls.clear()

    store.claim(claim())

    assert wire.calls == ["Commit", "BatchGetDocuments", "Commit"]


def test_a_run_is_carried_on_with_two_reads(store: FirestoreStore, wire: Wire) -> None:
    """Of the run, then of the incident that it names."""
    store.claim(declare())
    wire.calls.clear()

    run = store.claim(carry_on(reflect_run(INCIDENT)))
    store.record(run, Progress({"topic": {}}, surfaces={"topic": {}}, state=RunState.DONE))

    assert wire.calls == ["BatchGetDocuments", "Commit", "BatchGetDocuments", "Commit"]


def test_a_write_that_meets_someone_who_asks_for_its_run_reads_once(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire
) -> None:
    store.claim(declare())
    run = store.claim(carry_on(reflect_run(INCIDENT)))
    wire.calls.clear()
    wire.meanwhile = lambda: rival.claim(claim("rival", subject=INCIDENT, facts=[severity(1, 1.0)]))

    done = store.record(run, Progress({"topic": {}}, state=RunState.DONE))

    assert wire.calls == ["Commit", "BatchGetDocuments", "Commit"]
    assert done.generation == 2


def test_other_questions_take_one_call(store: FirestoreStore, wire: Wire) -> None:
    store.reserve("incident", ["x"])
    store.incident("incident")
    store.incident_in_channel("C1")
    store.incident_in_channel("")
    store.run("run")
    store.surfaces("incident")
    store.due(9)
    store.declared_since("U1", "down", AT)
    store.facts("incident")
    store.failed_runs("incident")
    store.open_incidents(9)

    assert wire.calls == [
        "Commit", "BatchGetDocuments", "RunQuery", "BatchGetDocuments", "BatchGetDocuments",
        "RunQuery", "RunQuery", "RunQuery", "RunQuery", "RunQuery",
    ]  # fmt: skip


def test_open_incidents_are_read_in_two_calls_however_many_there_are(
    store: FirestoreStore, wire: Wire
) -> None:
    for number in range(3):
        store.claim(declare(f"i{number}"))
    wire.calls.clear()
    assert len(store.open_incidents(2)) == 2
    assert wire.calls == ["RunQuery", "BatchGetDocuments"]


# Slow


def test_a_firestore_that_takes_three_seconds_is_slow_not_down(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire
) -> None:
    wire.delay = 3.0
    run = store.claim(declare(lease=18.0))
    began = time.monotonic()
    run = store.record(run, Progress({"channel": {}}, facts=[severity(1, 1.0)]))
    rival.claim(claim("rival", subject=INCIDENT, facts=[severity(2, 2.0)]))
    store.record(run, Progress(facts=[severity(3, 3.0)], state=RunState.DONE))

    assert time.monotonic() - began < 14  # one commit; a refused one, a read and another
    assert wire.calls == ["Commit", "Commit", "Commit", "BatchGetDocuments", "Commit"]
    said = [severity(number, float(number)) for number in (1, 2, 3)]
    assert store.incident(INCIDENT) == stores.incident(*said)


# Answers that are lost

LOST = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED]


@pytest.mark.parametrize("status", LOST)
def test_a_claim_whose_answer_is_lost_is_still_ours(
    store: FirestoreStore, wire: Wire, status: grpc.StatusCode
) -> None:
    wire.lost = [status]

    run = store.claim(declare(run_id="run"))

    assert (run.delivery, run.steps) == (1, {})
    store.record(run, Progress(facts=[severity(1, 1.0)], state=RunState.DONE))
    assert store.incident(run.subject) == stores.incident(severity(1, 1.0))


def test_a_takeover_whose_answer_is_lost_is_still_ours(store: FirestoreStore, wire: Wire) -> None:
    store.claim(claim(lease=0.0))

    def lose_the_next() -> None:
        wire.meanwhile = lambda: wire.lost.append(grpc.StatusCode.UNAVAILABLE)

    wire.meanwhile = lose_the_next  # the first commit tries to create, the second takes over
    run = store.claim(claim())

    assert run.delivery == 2
    assert set(run.steps) == {"channel", "meet"}
    store.record(run, Progress(state=RunState.DONE))


@pytest.mark.parametrize("status", LOST)
def test_a_write_whose_answer_is_lost_is_made_once(
    store: FirestoreStore, wire: Wire, status: grpc.StatusCode
) -> None:
    run = store.claim(declare(run_id="run"))
    wire.lost = [status, status]
    said = severity(1, 1.0)

    run = store.record(run, Progress({"channel": {"id": "C1"}}, facts=[said], surfaces={"row": {}}))

    assert run.incident == stores.incident(said)
    run = store.record(run, Progress(facts=[severity(2, 2.0)]))
    store.record(run, Progress(state=RunState.DONE))
    stored = store.run("run")
    assert stored is not None
    assert stored.steps == {"channel": {"id": "C1"}}
    assert store.incident(INCIDENT) == stores.incident(said, severity(2, 2.0))
    assert store.claim(carry_on(reflect_run(INCIDENT))).generation == 3


def test_the_last_write_of_a_reflecting_run_that_is_lost_and_then_asked_for(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire
) -> None:
    store.claim(declare())
    run = store.claim(carry_on(reflect_run(INCIDENT)))
    wire.lost = [grpc.StatusCode.UNAVAILABLE]

    def when_it_comes_again() -> None:
        wire.meanwhile = lambda: rival.claim(claim("rival", subject=INCIDENT, facts=[severity(1, 1.0)]))

    wire.meanwhile = when_it_comes_again
    done = store.record(run, Progress(state=RunState.DONE))

    assert done.generation == 2
    assert store.claim(carry_on(reflect_run(INCIDENT))).generation == 2


def test_a_name_whose_answer_is_lost_is_still_ours(store: FirestoreStore, wire: Wire) -> None:
    wire.lost = [grpc.StatusCode.UNAVAILABLE]

    assert store.reserve("incident", ["x", "y"]) == "x"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("is_same", [False, True])
def test_a_write_given_up_for_lost_does_not_lose_the_lease(
    store: FirestoreStore, wire: Wire, is_same: bool
) -> None:
    """Whatever is written next: the same once more, as the engine does, or something else."""
    run = store.claim(declare(run_id="run"))
    first = Progress({"channel": {"id": "C1"}}, facts=[severity(1, 1.0)], is_put_off=True)
    wire.lost = [grpc.StatusCode.UNAVAILABLE]
    wire.meanwhile = lambda: wire.refused.extend([grpc.StatusCode.UNAVAILABLE] * 100)
    with pytest.raises(TransientError):
        store.record(run, first)
    wire.refused.clear()

    run = store.record(run, first if is_same else Progress({"meet": {}}, facts=[severity(2, 2.0)]))
    store.record(run, Progress(state=RunState.WAITING))

    again = store.claim(carry_on("run"))
    said = [severity(1, 1.0), *([] if is_same else [severity(2, 2.0)])]
    assert again.incident == stores.incident(*said)
    assert again.steps["channel"].result == {"id": "C1"}
    assert again.waits == is_same
    assert store.claim(carry_on(reflect_run(INCIDENT))).generation == len(said) + 1


@pytest.mark.usefixtures("quick")
def test_a_claim_given_up_for_lost_is_made_again(store: FirestoreStore, wire: Wire) -> None:
    wish = declare()
    wire.lost = [grpc.StatusCode.UNAVAILABLE]
    wire.meanwhile = lambda: wire.refused.extend([grpc.StatusCode.UNAVAILABLE] * 100)
    with pytest.raises(TransientError):
        store.claim(wish)
    wire.refused.clear()

    run = store.claim(wish)
    assert (run.delivery, run.steps, run.incident) == (1, {}, stores.incident())


# Races, made to happen between a read and the commit that follows it


def take(rival: FirestoreStore, wish: Claim) -> Callable[[], Run]:
    return lambda: rival.claim(wish)


def test_a_takeover_that_comes_second_is_refused(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire
) -> None:
    store.claim(claim(lease=0.0))

    def when_it_has_read() -> None:
        wire.meanwhile = take(rival, claim())

    wire.meanwhile = when_it_has_read
    with pytest.raises(RunLeasedError):
        store.claim(claim())


def test_a_write_whose_answer_is_lost_and_whose_run_is_then_taken_over(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire
) -> None:
    run = store.claim(claim(lease=0.0))
    wire.lost = [grpc.StatusCode.UNAVAILABLE]

    def when_it_comes_again() -> None:
        wire.meanwhile = take(rival, claim())

    wire.meanwhile = when_it_comes_again
    with pytest.raises(LeaseLostError):
        store.record(run, Progress(results={"channel": {"id": "C1"}}))

    stored = store.run("run")
    assert stored is not None
    assert stored.steps == {"channel": {"id": "C1"}}  # the answer that was lost was a yes


@pytest.mark.parametrize("facts", [[], [severity(1, 1.0)]])
def test_a_write_that_others_always_get_ahead_of_is_given_up_in_time(
    store: FirestoreStore,
    rival: FirestoreStore,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    facts: list[Fact],
) -> None:
    monkeypatch.setattr(firestore, "CONTENDED_SECONDS", 0.5)
    store.claim(declare())
    run = store.claim(carry_on(reflect_run(INCIDENT)))
    turns = count(2)

    def get_ahead() -> None:
        turn = next(turns)
        said = severity(turn % 4 + 1, float(turn))
        rival.claim(claim(f"rival {turn}", subject=INCIDENT, facts=[said]))
        wire.meanwhile = get_ahead

    wire.meanwhile = get_ahead
    with pytest.raises(TransientError, match="contended"):
        store.record(run, Progress({"topic": {}}, facts=facts))
    wire.meanwhile = None

    assert next(turns) > 4
    run = store.record(run, Progress({"topic": {}}, facts=facts))
    assert run.incident == (store.incident(INCIDENT) if facts else stores.incident())


@pytest.mark.parametrize("moment", ["first", "second"])
def test_a_claim_that_meets_a_newer_snapshot_folds_again(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire, moment: str
) -> None:
    store.claim(declare())

    def rival_speaks() -> None:
        rival.claim(claim("rival", subject=INCIDENT, facts=[severity(1, 1.0)]))

    def rival_speaks_next() -> None:
        wire.lost.append(grpc.StatusCode.UNAVAILABLE)
        wire.meanwhile = rival_speaks

    wire.meanwhile = rival_speaks if moment == "first" else rival_speaks_next
    run = store.claim(claim(subject=INCIDENT, facts=[severity(2, 2.0)]))

    assert store.incident(INCIDENT) == run.incident == stores.incident(severity(2, 2.0), severity(1, 1.0))


SAID = {"fact": severity(3, 3.0), "undo": UNDO}


@pytest.mark.parametrize("is_claim", [True, False])
@pytest.mark.parametrize("said", [("fact", "fact"), ("fact", "undo"), ("undo", "fact"), ("undo", "undo")])
def test_what_is_taken_back_while_a_fact_is_stated(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire, is_claim: bool, said: tuple[str, str]
) -> None:
    """After the facts were read, so that the snapshot made of them is refused and made anew."""
    run = store.claim(declare())
    ours, theirs = (replace(SAID[kind], id=by) for kind, by in zip(said, ("ours", "theirs"), strict=True))
    store.claim(claim("first", subject=INCIDENT, facts=[severity(1, 1.0)]))

    def rival_speaks() -> None:
        rival.claim(claim("rival", subject=INCIDENT, facts=[theirs]))

    wire.meanwhile = rival_speaks
    if is_claim:
        run = store.claim(claim("ours", subject=INCIDENT, facts=[ours]))
    else:
        run = store.record(run, Progress(facts=[ours]))

    assert run.incident == store.incident(INCIDENT) == stores.incident(severity(1, 1.0), theirs, ours)
    assert run.incident is not None
    assert ("severity 1.0" in run.incident.undone) == ("undo" in said)


def test_an_undo_whose_answer_is_lost_is_stated_once(store: FirestoreStore, wire: Wire) -> None:
    run = store.claim(declare())
    run = store.record(run, Progress(facts=[severity(1, 1.0)]))
    wire.lost = [grpc.StatusCode.UNAVAILABLE]

    run = store.record(run, Progress(facts=[UNDO]))

    assert run.incident == store.incident(INCIDENT) == stores.incident(severity(1, 1.0), UNDO)


def test_a_surface_that_a_newer_fact_overtakes_asks_to_be_reflected(
    store: FirestoreStore, rival: FirestoreStore, wire: Wire
) -> None:
    """That fact was reflected before the surface was on record, and its writer knew of none of it."""
    store.claim(declare())
    run = store.claim(claim(subject=INCIDENT, facts=[severity(1, 1.0)]))
    reflects = carry_on(reflect_run(INCIDENT))
    wire.calls.clear()

    def is_overtaken() -> None:
        rival.claim(claim("rival", subject=INCIDENT, facts=[severity(2, 2.0)]))
        assert rival.record(rival.claim(reflects), Progress(state=RunState.DONE)).generation == 3

    wire.meanwhile = is_overtaken
    run = store.record(run, Progress({"line": {}}, surfaces={"line": {"version": 2}}))

    assert wire.calls == ["Commit", "BatchGetDocuments", "Commit"]
    assert rival.claim(reflects).generation == 4
    wire.calls.clear()
    store.record(run, Progress(surfaces={"line": {"version": 3}}))
    assert wire.calls == ["Commit"]
    stored = store.run("run")
    assert stored is not None
    assert stored.steps == {"line": {}}


def test_a_surface_whose_record_is_lost_asks_for_nothing(store: FirestoreStore, wire: Wire) -> None:
    store.claim(declare())
    run = store.claim(claim(subject=INCIDENT, facts=[severity(1, 1.0)]))
    wire.lost = [grpc.StatusCode.UNAVAILABLE]

    run = store.record(run, Progress(surfaces={"line": {"version": 2}}))
    store.record(run, Progress(facts=[severity(2, 2.0)]))

    assert store.surfaces(INCIDENT) == {"line": {"version": 2}}
    assert store.claim(carry_on(reflect_run(INCIDENT))).generation == 3


# Clocks


@pytest.mark.parametrize("hours", [-24.0, 24.0])
def test_a_lease_is_judged_by_firestores_clock(
    store: FirestoreStore, monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    """A worker whose own clock is a day off neither steals a lease nor waits for one that is over."""
    store.claim(declare(run_id="held", lease=30.0))
    store.claim(claim("over", lease=0.1))
    record_at = store.record(store.claim(claim("renewed", lease=30.0)), Progress()).version
    time.sleep(0.2)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(hours=hours))

    for run_id in ("held", "renewed"):
        with pytest.raises(RunLeasedError) as refused:
            store.claim(claim(run_id))
        assert 20 < refused.value.seconds <= 30
    run = store.claim(claim("over"))
    assert (run.delivery, record_at.lease) == (2, 30.0)
    assert all(0.1 < step.age < 5 for step in run.steps.values())
    store.record(run, Progress(starts=["channel"], state=RunState.WAITING))
    assert store.claim(claim("over")).steps["channel"].age < 5


# Errors


@pytest.mark.parametrize("status", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED"])
def test_what_passes_is_tried_again(store: FirestoreStore, wire: Wire, status: str) -> None:
    for call in (
        lambda: store.claim(claim()),
        lambda: store.incident("x"),
        lambda: store.incident_in_channel("C1"),
        lambda: store.reserve("incident", ["x"]),
    ):
        wire.refused = [grpc.StatusCode[status]]
        call()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL"])
def test_what_does_not_pass_in_time_is_transient(store: FirestoreStore, wire: Wire, status: str) -> None:
    wire.refused = [grpc.StatusCode[status]] * 100

    with pytest.raises(TransientError) as failed:
        store.claim(claim())

    assert str(failed.value) == f"store: {status.lower()}"


@pytest.mark.parametrize("status", ["PERMISSION_DENIED", "UNAUTHENTICATED", "INVALID_ARGUMENT", "NOT_FOUND"])
def test_what_never_will_is_permanent(store: FirestoreStore, wire: Wire, status: str) -> None:
    for call in (
        lambda: store.claim(claim()),
        lambda: store.incident("x"),
        lambda: store.incident_in_channel("C1"),
        lambda: store.reserve("incident", ["x"]),
        lambda: store.run("run"),
        lambda: store.due(9),
        lambda: store.facts("x"),
        lambda: store.open_incidents(9),
        lambda: store.failed_runs("x"),
    ):
        wire.refused = [grpc.StatusCode[status]] * 2  # a commit that is not found is followed by a read
        with pytest.raises(PermanentError) as failed:
            call()
        assert str(failed.value) == f"store: {status.lower()}"


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firestore_calls, "CALL_SECONDS", 1.0)
    monkeypatch.setattr(firestore_calls, "ATTEMPT_SECONDS", 0.4)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = FirestoreStore(firestore_calls.connect("p", None, f"127.0.0.1:{silent.getsockname()[1]}"))
        began = time.monotonic()
        with pytest.raises(TransientError):
            store.claim(claim())

    assert time.monotonic() - began < 2.0


# How long runs are kept


def test_only_runs_that_are_done_expire(store: FirestoreStore, client: SpoiltClient) -> None:
    run = store.claim(claim())
    for state in (RunState.RUNNING, RunState.WAITING, RunState.FAILED):
        run = store.record(run, Progress(state=state))
        assert "expires" not in (client.document("runs/run").get().to_dict() or {})
    store.record(run, Progress(state=RunState.DONE))
    store.claim(declare())
    store.record(store.claim(carry_on(reflect_run(INCIDENT))), Progress(state=RunState.DONE))
    reflects = client.document(f"runs/{reflect_run(INCIDENT)}").get().to_dict() or {}
    assert (reflects["state"], "expires" in reflects) == (RunState.DONE, False)

    expires = client.document("runs/run").get().get("expires")
    assert timedelta(days=89) < expires - datetime.now(UTC) < timedelta(days=91)


def test_a_run_that_has_expired_is_not_done_again(store: FirestoreStore, client: SpoiltClient) -> None:
    run = store.claim(declare(run_id="run"))
    store.record(run, Progress(state=RunState.DONE))
    client.document("runs/run").delete()

    with pytest.raises(RunDoneError):
        store.claim(declare(run_id="run"))


def test_a_worker_whose_run_has_vanished_has_lost_it(store: FirestoreStore, client: SpoiltClient) -> None:
    run = store.claim(claim())
    client.document("runs/run").delete()

    with pytest.raises(LeaseLostError):
        store.record(run, Progress())


def test_what_a_newer_version_keeps_in_a_document_stays_in_it(
    store: FirestoreStore, client: SpoiltClient
) -> None:
    run = store.claim(declare(run_id="run"))
    for path in ("runs/run", f"incidents/{INCIDENT}", f"runs/{reflect_run(INCIDENT)}"):
        client.document(path).update({"mood": {"calm": [1]}, "`odd`.name": datetime(2026, 1, 1, tzinfo=UTC)})
    state = Progress({"channel": {}}, facts=[severity(1, 1.0)], surfaces={"row": {}}, state=RunState.WAITING)
    store.record(run, state)
    store.record(store.claim(carry_on("run")), Progress(state=RunState.DONE))

    for path in ("runs/run", f"incidents/{INCIDENT}", f"runs/{reflect_run(INCIDENT)}"):
        fields = client.document(path).get().to_dict() or {}
        assert fields["mood"] == {"calm": [1]}
        assert any("odd" in name for name in fields)
    assert store.incident(INCIDENT) is not None


def test_a_run_of_a_state_that_a_newer_version_knows_can_be_carried_on(
    store: FirestoreStore, client: SpoiltClient
) -> None:
    store.claim(claim())
    client.document("runs/run").update({"state": "paused"})

    stored = store.run("run")
    assert stored is not None
    assert stored.state == "paused"
    assert store.claim(claim()).delivery == 2
