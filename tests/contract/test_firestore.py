"""What is Firestore's own: how many calls, answers that are lost, and what its errors become."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import grpc
import pytest

from incident.engine.run import Claim, LeaseLostError, Progress, Run, RunDoneError, RunLeasedError, RunState
from incident.runtime.failures import PermanentError, TransientError
from incident.store import firestore
from incident.store.firestore import FirestoreStore
from tests.contract import stores
from tests.contract.stores import claim


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
    """

    calls: list[str] = field(default_factory=list)
    lost: list[grpc.StatusCode] = field(default_factory=list)
    refused: list[grpc.StatusCode] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        self._note(details)
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        answer = continuation(details, request)
        answer.result()
        if self.lost:
            raise StatusError(self.lost.pop(0))
        return answer

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        self._note(details)
        return continuation(details, request)

    def _note(self, details: Any) -> None:
        self.calls.append(details.method.rpartition("/")[2])
        if self.refused:
            raise StatusError(self.refused.pop(0))


class SpoiltClient(firestore._EmulatorClient):
    """A client whose every call goes through a `Wire`."""

    def __init__(self, project: str, host: str) -> None:
        super().__init__(project, None, host)
        self.wire = Wire()

    def _emulator_channel(self, transport: Any) -> Any:
        channel = super()._emulator_channel(transport)  # type: ignore[no-untyped-call]  # it has no types
        return grpc.intercept_channel(channel, self.wire)


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
    return FirestoreStore(firestore.connect(client.project, None, firestore_emulator))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives up after a moment."""
    monkeypatch.setattr(firestore, "CALL_SECONDS", 0.8)


# How many calls


def test_a_run_of_two_writes_takes_three_commits_and_no_read(store: FirestoreStore, wire: Wire) -> None:
    run = store.claim(claim(creates=stores.incident()))
    run = store.record(run, Progress({"channel": {"id": "C1"}}, ["links"], changes={"channel_id": "C1"}))
    store.record(run, Progress({"links": {}}, state=RunState.DONE))

    assert wire.calls == ["Commit", "Commit", "Commit"]


def test_a_takeover_reads_once(store: FirestoreStore, wire: Wire) -> None:
    store.claim(claim(lease=0.0))
    wire.calls.clear()

    store.claim(claim())

    assert wire.calls == ["Commit", "BatchGetDocuments", "Commit"]


def test_other_questions_take_one_call(store: FirestoreStore, wire: Wire) -> None:
    store.reserve_channel_name("incident", ["x"])
    store.incident("incident")
    store.incident_in_channel("C1")
    store.incident_in_channel("")
    store.result("run", "step")

    assert wire.calls == ["Commit", "BatchGetDocuments", "RunQuery", "BatchGetDocuments"]


# Answers that are lost: Firestore has acted, and nobody was told

LOST = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INTERNAL]


@pytest.mark.parametrize("status", LOST)
def test_a_claim_whose_answer_is_lost_is_still_ours(
    store: FirestoreStore, wire: Wire, status: grpc.StatusCode
) -> None:
    wire.lost = [status]

    run = store.claim(claim(creates=stores.incident()))

    assert (run.delivery, run.steps) == (1, {})
    store.record(run, Progress(state=RunState.DONE))
    assert store.incident(run.subject) == stores.incident()


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
    run = store.claim(claim(creates=stores.incident()))
    wire.lost = [status, status]

    run = store.record(run, Progress({"channel": {"id": "C1"}}, changes={"channel_id": "C1"}))

    store.record(run, Progress(state=RunState.DONE))
    assert store.result("run", "channel") == {"id": "C1"}
    assert store.incident_in_channel("C1") is not None


def test_a_name_whose_answer_is_lost_is_still_ours(store: FirestoreStore, wire: Wire) -> None:
    wire.lost = [grpc.StatusCode.UNAVAILABLE]

    assert store.reserve_channel_name("incident", ["x", "y"]) == "x"


@pytest.mark.usefixtures("quick")
def test_a_write_given_up_for_lost_does_not_lose_the_lease(store: FirestoreStore, wire: Wire) -> None:
    run = store.claim(claim())
    wire.lost = [grpc.StatusCode.UNAVAILABLE]
    wire.meanwhile = lambda: wire.refused.extend([grpc.StatusCode.UNAVAILABLE] * 100)
    with pytest.raises(TransientError):
        store.record(run, Progress(results={"channel": {"id": "C1"}}))
    wire.refused.clear()

    store.record(run, Progress(results={"meet": {}}))

    assert store.result("run", "channel") == {"id": "C1"}
    assert store.result("run", "meet") == {}


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

    assert store.result("run", "channel") == {"id": "C1"}  # the answer that was lost was a yes


# Errors


@pytest.mark.parametrize("status", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED"])
def test_what_passes_is_tried_again(store: FirestoreStore, wire: Wire, status: str) -> None:
    for call in (
        lambda: store.claim(claim()),
        lambda: store.incident("x"),
        lambda: store.incident_in_channel("C1"),
        lambda: store.reserve_channel_name("incident", ["x"]),
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
        lambda: store.reserve_channel_name("incident", ["x"]),
        lambda: store.result("run", "step"),
    ):
        wire.refused = [grpc.StatusCode[status]] * 2  # a commit that is not found is followed by a read
        with pytest.raises(PermanentError) as failed:
            call()
        assert str(failed.value) == f"store: {status.lower()}"


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firestore, "CALL_SECONDS", 1.0)
    monkeypatch.setattr(firestore, "ATTEMPT_SECONDS", 0.4)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = FirestoreStore(firestore.connect("p", None, f"127.0.0.1:{silent.getsockname()[1]}"))
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

    expires = client.document("runs/run").get().get("expires")
    assert timedelta(days=89) < expires - datetime.now(UTC) < timedelta(days=91)


def test_a_run_that_has_expired_is_not_done_again(store: FirestoreStore, client: SpoiltClient) -> None:
    run = store.claim(claim(creates=stores.incident()))
    store.record(run, Progress(state=RunState.DONE))
    client.document("runs/run").delete()

    with pytest.raises(RunDoneError):
        store.claim(claim(creates=stores.incident()))


def test_a_worker_whose_run_has_vanished_has_lost_it(store: FirestoreStore, client: SpoiltClient) -> None:
    run = store.claim(claim())
    client.document("runs/run").delete()

    with pytest.raises(LeaseLostError):
        store.record(run, Progress())
