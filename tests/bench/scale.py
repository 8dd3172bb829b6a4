"""What a declaration costs the worker and its store when many were declared before."""

from __future__ import annotations

import base64
import http.client
import io
import json
import sqlite3
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, cast

from flask import Flask

from incident.engine.run import Claim, Progress, RunState
from incident.model.incident import Incident
from incident.model.interaction import Interaction, Kind
from incident.runtime.audit import AuditLog
from incident.runtime.settings import WorkerSettings
from incident.sandbox.world import World
from incident.store.contract import IncidentStore
from incident.worker.function import make_worker
from incident.workflows.declare import DECLARE, roles_at_start
from tests.bench.figures import ratio, table
from tests.contract.emulators import EmulatorMissingError, firestore_emulator

SQLITE_SIZES = (10, 1_000, 100_000)
FIRESTORE_SIZES = (10, 1_000)
WARM_UP = 3
ROUNDS = 15
READS_AND_WRITES = (
    "Reads: `incident_in_channel`, `claim` and `reserve_channel_name`, each by key; the last two write too."
    " Writes: `record`; steps that end together share one."
)
_NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
_app = Flask(__name__)


class Meter:
    """A store that counts what is asked of it, and the processor's time it takes.

    Not the clock's: the stand-ins and the steps run in the same process, and the store waits for them.
    """

    def __init__(self, store: IncidentStore) -> None:
        self._store = store
        self.calls: Counter[str] = Counter()
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def metered(*arguments: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return method(*arguments, **named)
            finally:
                self.calls[name] += 1
                self.seconds += time.thread_time() - began

        return metered


class Case:
    """A worker in front of a store of one size."""

    def __init__(self, name: str, settings: WorkerSettings) -> None:
        self.name = name
        self.worker = make_worker(settings, AuditLog(settings.project, stream=io.StringIO()))
        self.store = self.worker._tools.store
        self.meter = Meter(self.store)
        self.worker._tools = replace(self.worker._tools, store=cast("IncidentStore", self.meter))
        self.worker_ms: list[float] = []
        self.store_ms: list[float] = []
        self.store_calls: list[Counter[str]] = []

    def declare(self, number: int, *, counts: bool) -> None:
        """Has the worker carry one declaration out.

        Raises:
            RuntimeError: if it does not.
        """
        self.meter.calls.clear()
        self.meter.seconds = 0.0
        began = time.perf_counter()
        with _app.test_request_context("/", method="POST", data=_push(f"{self.name} {number}")) as context:
            answer = self.worker.handle(context.request)
        seconds = time.perf_counter() - began
        if answer.status_code != http.client.OK:
            raise RuntimeError(f"{self.name}: the worker answered {answer.status_code}")
        if counts:
            self.worker_ms.append(seconds * 1000)
            self.store_ms.append(self.meter.seconds * 1000)
            self.store_calls.append(self.meter.calls.copy())


def run() -> str:
    """Declares into stores of every size in turn, against services that take no time."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_:
        world = open_.enter_context(World(Path(folder) / "world", processes=False))
        world.pubsub.paused = True
        sqlite = [_sqlite(world, Path(folder), size) for size in SQLITE_SIZES]
        try:
            host = open_.enter_context(firestore_emulator())
        except EmulatorMissingError as error:
            firestore, note = [], f" Without Firestore: {error}."
        else:
            firestore, note = [_firestore(world, host, size) for size in FIRESTORE_SIZES], ""
        for turn in range(WARM_UP + ROUNDS):
            for case in (*sqlite, *firestore):
                case.declare(turn, counts=turn >= WARM_UP)
        for case in (*sqlite, *firestore):
            case.worker._pool.shutdown()
    heads = ["store", "worker ms", "x fewest", "CPU ms of the store", "x fewest", "reads", "writes"]
    rows = [row for cases in (sqlite, firestore) for row in _rows(cases)]
    return table("Scale: a declaration with many before it", heads, rows, READS_AND_WRITES + note)


def _rows(cases: Sequence[Case]) -> list[list[str]]:
    return [
        [
            case.name,
            f"{median(case.worker_ms):.1f}",
            f"{ratio(case.worker_ms, cases[0].worker_ms):.2f}",
            f"{median(case.store_ms):.1f}",
            f"{ratio(case.store_ms, cases[0].store_ms):.2f}",
            f"{median(calls.total() - calls['record'] for calls in case.store_calls):.0f}",
            f"{median(calls['record'] for calls in case.store_calls):.0f}",
        ]
        for case in cases
    ]


def _sqlite(world: World, folder: Path, size: int) -> Case:
    path = folder / f"{size}.sqlite"
    settings = _settings(world, INCIDENT_STORE=f"sqlite:{path}")
    case = Case(f"SQLite, {size} incidents", settings)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO incidents (id, fields) VALUES (?, ?)",
            ((one.id, json.dumps(one.to_dict())) for one in _incidents(size)),
        )
        connection.executemany(
            "INSERT INTO channel_names (name, incident) VALUES (?, ?)",
            ((one.channel_name, one.id) for one in _incidents(size)),
        )
        connection.executemany(
            "INSERT INTO runs (id, workflow, subject, state, delivery, lease, lease_ends, origin)"
            " VALUES (?, 'declare', ?, 'done', 1, 30, 0, '{}')",
            ((f"run-{one.id}", one.id) for one in _incidents(size)),
        )
        connection.executemany(
            "INSERT INTO steps (run, name, started, result) VALUES (?, ?, 0, '{}')",
            ((f"run-{one.id}", step.name) for one in _incidents(size) for step in DECLARE.steps),
        )
    return case


def _firestore(world: World, host: str, size: int) -> Case:
    settings = _settings(
        world,
        INCIDENT_STORE="firestore",
        FIRESTORE_EMULATOR_HOST=host,
        GOOGLE_CLOUD_PROJECT=f"bench-{size}-{uuid.uuid4().hex[:8]}",
    )
    case = Case(f"Firestore's emulator, {size} incidents", settings)
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda one: _keep(case.store, one), _incidents(size)):
            pass
    return case


def _keep(store: IncidentStore, incident: Incident) -> None:
    """Has the store keep an incident and its run as a worker would."""
    claim = Claim(f"run-{incident.id}", "declare", incident.id, [], 60.0, creates=incident.to_dict())
    run = store.claim(claim)
    store.reserve_channel_name(incident.id, [incident.channel_name])
    store.record(run, Progress(results={step.name: {} for step in DECLARE.steps}, state=RunState.DONE))


def _incidents(size: int) -> Iterator[Incident]:
    for number in range(size):
        yield Incident(
            id=f"2026-11-22-{number:08d}",
            title=f"database {number} is down",
            date=_NOW.date(),
            declared_at=_NOW,
            declared_by="U0ALICE",
            roles=roles_at_start("U0ALICE"),
            channel_id=f"C{number:09d}",
            channel_name=f"incident-2026-11-22-database-{number}-is-down",
        )


def _settings(world: World, **other: str) -> WorkerSettings:
    return WorkerSettings.load({**world.environment(), **other})


def _push(title: str) -> bytes:
    interaction = Interaction(
        id=f"command-{uuid.uuid4().hex[:16]}",
        kind=Kind.COMMAND,
        received_at=datetime.now(UTC),
        user="U0ALICE",
        team="T0SANDBOX",
        channel="C0GENERAL",
        payload={"text": title, "response_url": ""},
    )
    message = {"data": base64.b64encode(interaction.to_message()).decode(), "attributes": {}}
    return json.dumps({"message": message, "subscription": "s", "deliveryAttempt": 1}).encode()
