"""What the tests of both stores share: settings that open one, an incident, a claim."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any, TypeVar

from incident.engine.run import Claim
from incident.model.incident import Incident, Role
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


def incident(incident_id: str = "2026-11-23-4k7wm2zt", **fields: Any) -> Incident:
    """An incident whose title is as bad as titles get."""
    return Incident(
        id=incident_id,
        title='=HYPERLINK("http://x") <!channel> & `*bold*` \x00 \u202eÉté 数据库 🔥 ${a.b}',
        date=date(2026, 11, 23),
        declared_at=datetime(2026, 11, 23, 3, 4, 5, 678901, tzinfo=UTC),
        declared_by="U1",
        roles={Role.INCIDENT_COMMANDER: "U1", Role.OPERATIONS_LEAD: "U1"},
        **fields,
    )


def changed(before: Incident, changes: Mapping[str, Any]) -> Incident:
    """The incident after `changes`, which are as a store takes them."""
    return Incident.from_dict({**before.to_dict(), **changes})


def claim(
    run_id: str = "run",
    *,
    starts: Sequence[str] = ("channel", "meet"),
    lease: float = 60.0,
    subject: str = "",
    creates: Incident | None = None,
) -> Claim:
    """The wish to work on a run of `declare`, which creates an incident if one is given."""
    return Claim(
        run_id=run_id,
        workflow="declare",
        subject=creates.id if creates else subject,
        starts=starts,
        lease=lease,
        creates=creates.to_dict() if creates else None,
    )


def at_once(count: int, action: Callable[[int], T]) -> list[T]:
    """What `action(0)` to `action(count - 1)` return when as many threads call them at the same instant."""
    barrier = Barrier(count)

    def wait_and_act(number: int) -> T:
        barrier.wait()
        return action(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_act, range(count)))
