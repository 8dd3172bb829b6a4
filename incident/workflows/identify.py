"""Finding out who is meant by the names in a command, before anything is stated about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from incident.commands.page import COMMS, CallIn
from incident.commands.refusal import Reason
from incident.commands.registry import from_dict, spec_of, to_dict
from incident.commands.spec import Said
from incident.engine.workflow import Attempt, Step, StepResult
from incident.model.facts import Fact
from incident.model.incident import Incident, Role
from incident.model.mentions import is_group, is_id
from incident.runtime.failures import PermanentError
from incident.workflows.job import Job

STEP = "people"
"""The name of the step; those that change anything need it."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The change that a run makes.

    Attributes:
        command: with everybody it names known.
        kind, data: of its fact.
        fact: the fact's id.
    """

    command: Any
    kind: str
    data: dict[str, Any]
    fact: str


def identify(job: Job, attempt: Attempt) -> StepResult:
    """Looks up the people whom the command names, and states its fact once all of them are known.

    Where one is not, nothing is stated: the person is asked, or told why (`answer_instead`).
    """
    spec, incident = spec_of(job.command), _incident(job, attempt)
    ids: dict[str, str] = {}
    for name in spec.names(job.command):
        found = _known(job, incident, name)
        if len(found) != 1:
            return StepResult({"unknown": name})
        if not is_group(found[0]) and not _can_take_part(job, incident, found[0]):
            return StepResult({"refused": found[0]})
        ids[name] = found[0]
    if not ids or spec.states is None:
        return StepResult()
    command = spec.named(job.command, ids)
    at = job.interaction.received_at
    said = Said(job.person, at, job.services.timezone, incident)
    kind, data = spec.states(command, said)
    fact = Fact(f"{job.run_id}.{kind}", kind, at, job.person, data)
    result = {"command": to_dict(command), "kind": str(kind), "data": dict(data)}
    return StepResult(result, facts=(fact,))


def stated(job: Job, attempt: Attempt) -> Stated | None:
    """What the run has stated; None where a person that it names is not known."""
    found = attempt.results.get(STEP, {})
    if "unknown" in found or "refused" in found:
        return None
    found = found or job.stated
    kind = str(found.get("kind", ""))
    command = from_dict(found["command"]) if "command" in found else job.command
    return Stated(command, kind, dict(found.get("data", {})), f"{job.run_id}.{kind}")


def refusal(attempt: Attempt) -> tuple[Reason, str] | None:
    """Why a person that the command names can have no part in it, and who; None where all can."""
    refused = attempt.results.get(STEP, {}).get("refused")
    return (Reason.NOT_A_PERSON, str(refused)) if refused else None


def unknown(attempt: Attempt) -> str:
    """The name of which it is not known who is meant; empty for none."""
    return str(attempt.results.get(STEP, {}).get("unknown", ""))


def _known(job: Job, incident: Incident, name: str) -> list[str]:
    """The ids of all that a name may mean."""
    if is_id(name):
        return [name]
    if name == COMMS:
        lead = incident.holder(Role.COMMUNICATIONS_LEAD)
        return [one for one in (job.services.comms_group or lead,) if one]
    handle = name.removeprefix("@")
    people = job.services.people
    return [*people.find_group(handle), *people.find(handle)]


def _can_take_part(job: Job, incident: Incident, user: str) -> bool:
    """Whether it is a person of the incident's own workspace, whose account is not deactivated.

    Of those who are called in, who is deactivated does not hold up the others: the line names them.
    """
    try:
        profile = job.services.people.profile(user)
    except PermanentError as error:  # not allowed to look: the name is taken as it is
        return error.reason not in _NOT_A_PERSON
    is_ours = not incident.team or not profile.team or profile.is_of(incident.team)
    is_there = not profile.is_deleted or isinstance(job.command, CallIn)
    return is_ours and is_there and not profile.is_bot


_NOT_A_PERSON = frozenset({"user_not_found", "user_not_visible"})


def _incident(job: Job, attempt: Attempt) -> Incident:
    return attempt.incident or job.about()


IDENTIFY: Step[Job] = Step(STEP, identify)
