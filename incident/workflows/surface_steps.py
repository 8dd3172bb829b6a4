"""The steps that make a surface, and that bring it to a newer version."""

from __future__ import annotations

from typing import Any

from incident.engine.workflow import LATE_SECONDS, Attempt, Step, StepResult
from incident.model.incident import Deliverable, Incident
from incident.runtime.failures import PermanentError
from incident.services.slack_errors import ARCHIVED
from incident.surfaces.line import StaleLine
from incident.surfaces.surface import Surface, content_digest, found, shown
from incident.workflows.job import Job

LOOK = "look."
"""Begins the name under which it is on record that a surface is to be looked at although nothing is new: what
asked for that is there as `asked`, and with the surface, once it is done, as `looked`."""

TYPED = "typed"
"""What `Surface.put` says that people have decided on a surface; the step's result has it, the record not."""


def creates(
    surface: Surface,
    *,
    needs: tuple[str, ...],
    after: tuple[str, ...] = (),
    sweep_after: float = LATE_SECONDS,
) -> Step[Job]:
    """The step that makes a surface, of the snapshot as it is then; named like it."""

    def run(job: Job, attempt: Attempt) -> StepResult:
        incident = _incident(attempt)
        content = surface.content(job.services, incident)
        place = surface.create(job.services, incident, content)
        record = shown(incident, content, place) if surface.is_made_whole else found(place)
        return StepResult(place, surfaces={surface.name: record})

    def find(job: Job, attempt: Attempt) -> StepResult | None:
        incident = _incident(attempt)
        place = surface.find(job.services, incident, surface.content(job.services, incident))
        return StepResult(place, surfaces={surface.name: found(place)}) if place else None

    def sweep(job: Job, attempt: Attempt) -> None:
        surface.sweep(job.services, _incident(attempt), attempt.results[surface.name])

    return Step(
        surface.name,
        run,
        needs=needs,
        after=after,
        find_existing=find,
        sweep=sweep,
        sweep_after=sweep_after,
    )


_IN_CHANNEL = frozenset({Deliverable.TOPIC, Deliverable.BRIEFING})
"""What stands in the incident's channel is left alone while that is archived, and follows once it is not."""


def updates(
    surface: Surface, *, name: str = "", needs: tuple[str, ...] = (), after: tuple[str, ...] = ()
) -> Step[Job]:
    """The step that brings a surface to the newest version, if there is one that shows anything else.

    A surface that its declaration has not made yet is left to that.

    Args:
        surface: which.
        name: the step's; the surface's where it is empty.
        needs: steps that must be done before it. Where one of them has made the surface, its place is that
            step's result.
        after: steps that must be done, or late, before it.
    """
    step_name = name or surface.name

    def run(job: Job, attempt: Attempt) -> StepResult:
        known: dict[str, Any] = dict(job.surfaces.get(surface.name, {}))
        known = known or dict(job.services.store.surfaces(_incident(attempt).id).get(surface.name, {}))
        if not known:
            return StepResult()
        incident = _incident(attempt)
        if incident.is_archived and surface.deliverable in _IN_CHANNEL:
            return StepResult()
        content = surface.content(job.services, incident)
        asked = str(job.surfaces.get(LOOK + surface.name, {}).get("asked", ""))
        is_due = attempt.is_retry or asked != known.get("looked", "")
        if is_due or known.get("digest") != content_digest(content):
            is_unsure = attempt.is_retry or not known["digest"]
            try:
                known = dict(surface.put(job.services, incident, known, content, is_retry=is_unsure))
            except PermanentError as error:
                if error.reason != ARCHIVED or surface.deliverable not in _IN_CHANNEL:
                    raise
                return StepResult()
        elif known.get("version", 0) >= incident.version:
            return StepResult()
        place = {key: value for key, value in known.items() if key not in {"version", "digest", TYPED}}
        place |= {"looked": asked} if asked else {}
        values = {TYPED: known[TYPED]} if TYPED in known else {}
        return StepResult(values, surfaces={surface.name: shown(incident, content, place)})

    def sweep(job: Job, attempt: Attempt) -> None:
        """An edit that was given up may have come after a newer one: what is newest is shown once more."""
        incident = _incident(attempt)
        place = job.services.store.surfaces(incident.id).get(surface.name)
        if place and not (incident.is_archived and surface.deliverable in _IN_CHANNEL):
            content = surface.content(job.services, incident)
            surface.put(job.services, incident, place, content, is_retry=True)

    return Step(step_name, run, needs=needs, after=after, sweep=sweep)


def edits(stale: StaleLine) -> Step[Job]:
    """The step that has a line show what is so now; it is another step for every version and content."""

    def run(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - an edit that is made twice is once
        try:
            job.services.slack.edit(stale.posted, stale.message, stale.tag)
        except PermanentError as error:
            if error.reason == ARCHIVED:
                return StepResult()
            if error.reason not in _GONE:
                raise
        return StepResult(surfaces={stale.name: stale.record})

    name = f"{stale.name}.{stale.record['version']}.{stale.record['digest'][:6]}"
    return Step(name, run, tells=False, is_beside=True)


_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""A line that people or the workspace's rules have taken away stays as it is."""


def _incident(attempt: Attempt) -> Incident:
    if attempt.incident is None:
        raise AssertionError("a surface is of an incident")
    return attempt.incident
