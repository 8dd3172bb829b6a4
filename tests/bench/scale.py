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
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, cast

from flask import Flask

from incident.engine.engine import begin
from incident.engine.run import Progress, RunState
from incident.model.facts import Fact, FactKind, declaration
from incident.model.interaction import Interaction, Kind
from incident.runtime.audit import AuditLog
from incident.runtime.settings import WorkerSettings
from incident.sandbox.world import World
from incident.store.contract import IncidentStore, reflect_run
from incident.worker.function import make_worker
from incident.worker.upkeep import MOST_DUE
from incident.workflows.declare import DECLARE
from incident.workflows.reflect import REFLECT, SURFACES
from tests.bench.figures import ratio, table
from tests.contract.emulators import EmulatorMissingError, firestore_emulator

SQLITE_SIZES = (10, 1_000, 100_000)
FIRESTORE_SIZES = (10, 1_000)
WARM_UP = 3
ROUNDS = 15
READS_AND_WRITES = (
    "Reads: `incident_in_channel`, `claim`, `reserve` and `surfaces`, each by key; `claim` and"
    " `reserve` write too. Writes: `record`; steps that end together share one. The tick is what"
    " asks each minute what is due, of which there is nothing."
)
_PATTERN = "pattern"
"""Stands for the number of the incident that all others in SQLite are copies of."""

_NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
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
        self.store = self.worker._services.store
        self.meter = Meter(self.store)
        self.worker._services = replace(self.worker._services, store=cast("IncidentStore", self.meter))
        self.worker_ms: list[float] = []
        self.store_ms: list[float] = []
        self.store_calls: list[Counter[str]] = []
        self.tick_ms: list[float] = []

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
            began = time.perf_counter()
            self.store.due(MOST_DUE)
            self.tick_ms.append((time.perf_counter() - began) * 1000)


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
    heads = [
        "store",
        "worker ms",
        "x fewest",
        "CPU ms of the store",
        "x fewest",
        "reads",
        "writes",
        "tick ms",
    ]
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
            f"{median(case.tick_ms):.1f}",
        ]
        for case in cases
    ]


def _sqlite(world: World, folder: Path, size: int) -> Case:
    path = folder / f"{size}.sqlite"
    case = Case(f"SQLite, {size:,} incidents", _settings(world, INCIDENT_STORE=f"sqlite:{path}"))
    _keep(case.store, _PATTERN)
    with closing(sqlite3.connect(path)) as connection, connection:
        for name in ("incidents", "facts", "surfaces", "runs", "steps", "channel_names"):
            _multiply(connection, name, size - 1)
    return case


def _multiply(connection: sqlite3.Connection, name: str, times: int) -> None:
    """Copies the rows of a table that are of the incident `_PATTERN`, once for each new incident."""
    columns = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")]
    copied = ", ".join(f"replace({column}, '{_PATTERN}', printf('%08d', number))" for column in columns)
    connection.execute(
        "WITH RECURSIVE numbers (number) AS"
        " (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?)"
        f" INSERT INTO {name} ({', '.join(columns)}) SELECT {copied} FROM {name}, numbers"
        f" WHERE {columns[0]} LIKE '%{_PATTERN}%'",
        (times,),
    )


def _firestore(world: World, host: str, size: int) -> Case:
    settings = _settings(
        world,
        INCIDENT_STORE="firestore",
        FIRESTORE_EMULATOR_HOST=host,
        GOOGLE_CLOUD_PROJECT=f"bench-{size}-{uuid.uuid4().hex[:8]}",
    )
    case = Case(f"Firestore's emulator, {size:,} incidents", settings)
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda number: _keep(case.store, f"{number:08d}"), range(size)):
            pass
    return case


def _keep(store: IncidentStore, number: str) -> None:
    """Has the store keep an incident that was declared and reflected, as a worker would."""
    incident, run_id = f"2026-11-22-{number}", f"run-{number}"
    declared = declaration(
        run_id,
        incident,
        title=f"database {number} is down",
        day=_NOW.date().isoformat(),
        at=_NOW,
        opener="U0BOB",
        team="T0SANDBOX",
        severity=None,
    )
    places = {
        FactKind.CHANNEL_CREATED: {"channel_id": f"C{number}", "channel_name": f"incident-{number}"},
        FactKind.CALL_STARTED: {"meet_space": f"spaces/{number}", "meet_url": f"https://meet/{number}"},
        FactKind.REPORT_CREATED: {"document_id": number, "document_url": f"https://docs/{number}"},
    }
    run = store.claim(
        begin(DECLARE, run_id, command={"type": "Declare"}, origin={}, subject=incident, facts=(declared,))
    )
    store.reserve(incident, [f"incident-{number}"])
    done = Progress(
        results={step.name: {} for step in DECLARE.steps},
        facts=[Fact(f"{run_id}.{kind}", kind, _NOW, "", place) for kind, place in places.items()],
        surfaces={surface.name: {"version": 4, "digest": number} for surface in SURFACES},
        state=RunState.DONE,
    )
    store.record(run, done)
    run = store.claim(
        begin(REFLECT, reflect_run(incident), command={"type": "Reflect"}, origin={}, subject=incident)
    )
    store.record(run, Progress(results={step.name: {} for step in REFLECT.steps}, state=RunState.DONE))


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
