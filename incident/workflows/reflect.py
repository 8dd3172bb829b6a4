"""Bringing every surface of an incident to its newest version.

One run for each incident, which is asked for again and again (`incident.store.contract.reflect_run`): one at
a time, and what is stated meanwhile is taken along by the next pass. Each surface is a step by itself, so
that one service which is down holds up no other surface.
"""

from __future__ import annotations

from collections.abc import Sequence

from incident.engine.workflow import RunSnapshot, Step, Workflow
from incident.surfaces.messages import BOARD, BRIEFING
from incident.surfaces.report import REPORT
from incident.surfaces.row import ROW
from incident.surfaces.surface import Surface
from incident.surfaces.topic import TOPIC
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.surface_steps import edits, updates

SURFACES: tuple[Surface, ...] = (TOPIC, BRIEFING, BOARD, ROW, REPORT)

DELIVERABLES = {surface.name: surface.deliverable for surface in SURFACES}

_notices = progress_notices(DELIVERABLES)


def _follows(job: Job, snapshot: RunSnapshot) -> Sequence[Step[Job]]:
    """Besides the notices, the edits of lines that show what is not so any more."""
    return [*(edits(line) for line in job.stale_lines), *_notices(job, snapshot)]


REFLECT: Workflow[Job] = Workflow(
    "reflect",
    tuple(updates(surface) for surface in SURFACES),
    follows=_follows,
)
