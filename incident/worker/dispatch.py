"""From what a person did to the run that carries it out, and from a stored run to its next step."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from incident.commands import declare
from incident.commands.declare import Declare
from incident.commands.question import Answer
from incident.commands.reflect import Reflect
from incident.commands.registry import (
    Ignore,
    OpenForm,
    UnknownCommandError,
    from_dict,
    parse,
    spec_of,
    to_dict,
)
from incident.commands.retry import Retry
from incident.commands.update import PostUpdate
from incident.engine.delivery import Outcome
from incident.engine.engine import Claimed, Engine, begin, claim_of
from incident.engine.lease import LEASE_SECONDS
from incident.engine.run import Claim, NoSuchRunError, Progress, RunLeasedError, RunState
from incident.messages.notices import retry_failed
from incident.model.facts import Fact, declaration
from incident.model.incident import Incident
from incident.model.interaction import Interaction, Kind
from incident.model.naming import incident_id
from incident.runtime import clock
from incident.runtime.failures import StepError
from incident.store.contract import REFLECT, reflect_run
from incident.surfaces.services import Services
from incident.workflows.job import Job
from incident.workflows.registry import DELIVERABLES, WORKFLOWS

COALESCE_SECONDS = 1.0
"""What is stated while an incident is reflected waits this long for more of its kind."""

REFLECT_SECONDS = 30.0
"""One delivery begins no further pass over an incident after this; another delivery goes on."""

_NEWER_VERSION_SECONDS = 30.0
"""What only a newer version of the bot can carry out is offered again after this."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of an interaction.

    Attributes:
        command: the name of what it meant.
        outcome: of the run; None where there was nothing to do.
        reason: why there was nothing to do.
        incident: id of the incident it was about; empty for none.
        is_put_off: whether it waits for another version of the bot.
    """

    command: str
    outcome: Outcome | None = None
    reason: str = ""
    incident: str = ""
    is_put_off: bool = False


class Dispatcher:
    """Carries out what one delivery brings. Made anew for each."""

    def __init__(
        self,
        engine: Engine,
        services: Services,
        pool: Executor,
        ask_to_reflect: Callable[[str], None],
        started: Callable[[str, str], None],
    ) -> None:
        """Keeps what it works with.

        Args:
            engine: runs the workflows.
            services: handed to their steps.
            pool: for what can be done beside them.
            ask_to_reflect: publishes a message that has the incident of this id reflected; must not raise.
            started: told the name of the command and the incident's id before anything is done.
        """
        self._engine = engine
        self._services = services
        self._store = services.store
        self._pool = pool
        self._ask_to_reflect = ask_to_reflect
        self._started = started

    def carry_out(self, interaction: Interaction) -> Carried:
        """Takes what a person did as far as it goes in this delivery.

        Raises:
            RunLeasedError, RunDoneError, LeaseLostError: see `Engine`.
            UnknownCommandError: a newer version has to do it.
            StepError: the store does not answer.
        """
        incident = self._store.incident_in_channel(interaction.channel) if interaction.channel else None
        command = parse(interaction, in_incident=incident is not None)
        if isinstance(command, (Ignore, OpenForm)):
            reason = command.reason if isinstance(command, Ignore) else "there is nothing to do it with"
            return Carried(type(command).__name__, reason=reason)
        if isinstance(command, Retry):
            return self._retry(command, interaction)
        if isinstance(command, Answer):
            return self._answer(command, interaction)
        return self._begin(command, interaction, incident, interaction.id)

    def resume(self, run_id: str) -> Carried:
        """Carries on a run that waits, as it was begun.

        Raises:
            RunLeasedError, RunDoneError, LeaseLostError, StepError: as above.
        """
        if run_id.startswith(f"{REFLECT}-"):
            return self.reflect(run_id.removeprefix(f"{REFLECT}-"))
        self._started("Resume", "")
        try:
            return self._carry_on(self._engine.claim(claim_of(run_id)), "")
        except NoSuchRunError:
            return Carried("Resume", reason="there is no such run any more")

    def reflect(self, incident: str) -> Carried:
        """Brings the surfaces of an incident to its newest version, and to what is stated meanwhile.

        Raises:
            RunLeasedError, RunDoneError, LeaseLostError, StepError: as above.
        """
        self._started("Reflect", incident)
        claim = replace(
            begin(WORKFLOWS[REFLECT], reflect_run(incident), command=to_dict(Reflect()), origin={}),
            subject=incident,
        )
        until = clock.monotonic() + REFLECT_SECONDS
        while True:
            carried = self._carry_on(self._engine.claim(claim), "")
            if carried.outcome is None or not carried.outcome.is_asked_again:
                return carried
            clock.sleep(COALESCE_SECONDS)
            if clock.monotonic() > until:
                self._ask_to_reflect(incident)
                return carried
            claim = replace(claim, claimant=claim_of(claim.run_id).claimant)

    def _begin(
        self, command: Any, interaction: Interaction, incident: Incident | None, run_id: str
    ) -> Carried:
        workflow = WORKFLOWS[spec_of(command).workflow]
        subject, facts = self._stated(command, interaction, incident, run_id)
        self._started(type(command).__name__, subject)
        claim = begin(
            workflow,
            run_id,
            command=to_dict(command),
            origin=interaction.without_response_url().to_dict(),
            subject=subject,
            facts=facts,
        )
        return self._carry_on(self._claim_patiently(claim), _response_url(interaction))

    def _stated(
        self, command: Any, interaction: Interaction, incident: Incident | None, run_id: str
    ) -> tuple[str, tuple[Fact, ...]]:
        """The incident that a command is about, and what it states about it."""
        if isinstance(command, Declare):
            day = interaction.received_at.astimezone(self._services.timezone).date()
            subject = incident_id(day, run_id)
            fact = declaration(
                run_id,
                subject,
                title=command.title,
                day=day.isoformat(),
                at=interaction.received_at,
                opener=interaction.user,
                team=interaction.team,
                severity=command.severity or None,
            )
            return subject, (fact,)
        subject, states = incident.id if incident else "", spec_of(command).states
        if states is None or not subject:
            return subject, ()
        kind, data = states(command)
        return subject, (Fact(f"{run_id}.{kind}", kind, interaction.received_at, interaction.user, data),)

    def _claim_patiently(self, claim: Claim) -> Claimed:
        """Claims; where another worker holds the run, waits until its lease ends and tries once more.

        A worker that was killed is taken over from as soon as that can be known. One that lives renews its
        lease, and then this delivery is refused.
        """
        try:
            return self._engine.claim(claim)
        except RunLeasedError as error:
            clock.sleep(min(error.seconds, LEASE_SECONDS) + 0.1)
            return self._engine.claim(claim)

    def _carry_on(self, claimed: Claimed, response_url: str) -> Carried:
        """Carries out a claimed run: by the workflow and the command that are stored with it."""
        run = claimed.run
        try:
            command, workflow = from_dict(run.command), WORKFLOWS[run.workflow]
        except (UnknownCommandError, KeyError) as error:
            self._store.record(run, Progress(state=RunState.WAITING, due=_NEWER_VERSION_SECONDS))
            reason = f"a newer version has to do it: {error}"
            return Carried(str(run.command.get("type")), reason=reason, incident=run.subject, is_put_off=True)
        interaction = Interaction.from_dict(run.origin) if run.origin else _the_bots_own(run.id)
        is_reflect = run.workflow == REFLECT
        job = Job(
            run_id=run.id,
            command=command,
            interaction=interaction,
            incident=run.incident,
            services=self._services,
            surfaces=self._store.surfaces(run.subject) if is_reflect else {},
            response_url=response_url,
        )
        reflecting = None
        if isinstance(command, Declare):
            self._pool.submit(_prefetch, self._services, interaction.user)
        elif spec_of(command).states is not None and run.subject:
            reflecting = self._pool.submit(self._ask_to_reflect, run.subject)
        outcome = self._engine.carry_out(claimed, workflow, job)
        if reflecting is not None:
            reflecting.result()
        elif isinstance(command, Declare):
            self._ask_to_reflect(run.subject)
        return Carried(type(command).__name__, outcome, incident=run.subject)

    def _answer(self, answer: Answer, interaction: Interaction) -> Carried:
        """A question is answered once, whichever button is pressed how often: the run bears its name.

        It may have been asked in person: the incident is the one whose channel the text was typed in.
        """
        asked = self._store.run(answer.question)
        if asked is None or "text" not in asked.command:
            return Carried("Answer", reason="there is no such question any more")
        text, run_id = str(asked.command["text"]), f"{answer.question}-answer"
        if answer.declares:
            return self._begin(declare.parse(text) or Declare(text), interaction, None, run_id)
        incident = self._store.incident_in_channel(Interaction.from_dict(asked.origin).channel)
        if incident is None:
            return Carried("Answer", reason="the incident is not there")
        return self._begin(PostUpdate(text), interaction, incident, run_id)

    def _retry(self, command: Retry, interaction: Interaction) -> Carried:
        """Carries on what a person had to help; the presser is told if that is still no use."""
        self._started("Retry", "")
        try:
            carried = self._carry_on(self._claim_patiently(claim_of(command.run)), "")
        except NoSuchRunError:
            return Carried("Retry", reason="there is no such run any more")
        outcome = carried.outcome
        if outcome and outcome.state is RunState.FAILED and outcome.failures:
            step, error = next(iter(outcome.failures.items()))
            deliverable = DELIVERABLES[outcome.run.workflow].get(step)
            if deliverable is not None:
                message = retry_failed(self._services.say, deliverable, error)
                with suppress(StepError):  # the message with the button is still there, and says so, too
                    self._services.slack.respond(_response_url(interaction), message, replaces=False)
        return carried


def _prefetch(services: Services, opener: str) -> None:
    """Asks for what report and row would otherwise wait for, while Drive copies the template; best effort."""
    services.docs.prepare()
    with suppress(StepError):
        services.people.name(opener)
    services.sheets.prepare()


def _the_bots_own(run_id: str) -> Interaction:
    """The origin of a run that the store itself has made."""
    return Interaction(run_id, Kind.REFLECT, clock.now(), "", "", "", {})


def _response_url(interaction: Interaction) -> str:
    url = interaction.payload.get("response_url")
    return url if isinstance(url, str) else ""
