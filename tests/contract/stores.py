"""What the tests of both stores share: settings that open one, an incident, a claim."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar

from incident.engine.run import Claim
from incident.model.facts import Fact, FactKind, declaration
from incident.model.fold import replay
from incident.model.incident import Incident
from incident.runtime.settings import WorkerSettings

T = TypeVar("T")


def settings(store: str, emulator_host: str = "") -> WorkerSettings:
    """Settings of a worker with `store`, in a Google Cloud project that no other test has."""
    return WorkerSettings.load(
        {
            "GOOGLE_CLOUD_PROJECT": f"test-{uuid.uuid4().hex[:12]}",
            "INCIDENT_STORE": store,
            "FIRESTORE_EMULATOR_HOST": emulator_host,
            "SLACK_SIGNING_SECRET": "s",
            "SLACK_BOT_TOKEN": "t",
            "INCIDENT_TEMPLATE_ID": "template",
            "INCIDENT_FOLDER_ID": "folder",
            "INCIDENT_SPREADSHEET_ID": "spreadsheet",
        }
    )


INCIDENT = "2026-11-23-4k7wm2zt"
AT = datetime(2026, 11, 23, 3, 4, 5, 678901, tzinfo=UTC)
TITLE = '=HYPERLINK("http://x") <!channel> & `*bold*` \x00 \u202eÉté 数据库 🔥 ${a.b}'


def declared(
    incident_id: str = INCIDENT, *, at: datetime = AT, opener: str = "U1", title: str = TITLE
) -> Fact:
    """The first fact of an incident whose title is as bad as titles get."""
    return declaration(
        f"declares {incident_id}",
        incident_id,
        title=title,
        day="2026-11-23",
        at=at,
        opener=opener,
        team="T1",
        severity=None,
    )


def fact(fact_id: str, kind: str, seconds: float = 1.0, **data: Any) -> Fact:
    """A fact that was said so many seconds after the declaration."""
    return Fact(fact_id, kind, AT + timedelta(seconds=seconds), "U2", data)


def severity(number: int, seconds: float, fact_id: str = "") -> Fact:
    """Somebody set the severity, so many seconds after the declaration."""
    return fact(fact_id or f"severity {seconds}", FactKind.SEVERITY_SET, seconds, severity=f"sev{number}")


def incident(*more: Fact, incident_id: str = INCIDENT) -> Incident:
    """The snapshot of an incident that was declared, and of which these facts are known."""
    snapshot = replay([declared(incident_id), *more])
    assert snapshot is not None
    return snapshot


def claim(
    run_id: str = "run",
    *,
    starts: Sequence[str] = ("channel", "meet"),
    lease: float = 60.0,
    subject: str = "",
    facts: Sequence[Fact] = (),
    plan: Iterable[str] = (),
    claimant: str = "",
) -> Claim:
    """The wish of a new claimant to work on a run of `declare`."""
    return Claim(
        run_id=run_id,
        lease=lease,
        claimant=claimant or uuid.uuid4().hex,
        workflow="declare",
        command={"type": "Declare", "title": TITLE, "rows": [[1], [None]]},
        origin={"id": "1.2.3"},
        subject=subject,
        starts=starts,
        plan=frozenset(plan),
        facts=facts,
    )


def declare(incident_id: str = INCIDENT, **more: Any) -> Claim:
    """The wish to work on the run that declares an incident."""
    more = {"run_id": f"declares {incident_id}", "facts": [declared(incident_id)], **more}
    return claim(subject=incident_id, **more)


def carry_on(run_id: str, lease: float = 60.0) -> Claim:
    """The wish to carry on a run that there is."""
    return Claim(run_id, lease, uuid.uuid4().hex)


def at_once(count: int, action: Callable[[int], T]) -> list[T]:
    """What `action(0)` to `action(count - 1)` return when as many threads call them at the same instant."""
    barrier = Barrier(count)

    def wait_and_act(number: int) -> T:
        barrier.wait()
        return action(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_act, range(count)))
