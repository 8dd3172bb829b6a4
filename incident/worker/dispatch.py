"""From what a person did to the run that carries it out, and from a stored run to its next step."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from incident.commands.declare import Declare
from incident.commands.look import LookAgain
from incident.commands.mark import FollowDeletion
from incident.commands.question import Answer, AnswerIncident, AnswerPerson
from incident.commands.reflect import Reflect
from incident.commands.refusal import Reason, Refuse
from incident.commands.registry import (
    Ignore,
    OpenForm,
    UnknownCommandError,
    from_dict,
    parse,
    spec_named,
    spec_of,
    to_dict,
)
from incident.commands.rename import Rename
from incident.commands.retry import Retry
from incident.commands.spec import Said
from incident.engine.delivery import Outcome
from incident.engine.engine import Claimed, Engine, begin, claim_of
from incident.engine.lease import LEASE_SECONDS
from incident.engine.run import Claim, NoSuchRunError, Progress, Run, RunDoneError, RunLeasedError, RunState
from incident.messages.notices import retry_failed
from incident.messages.rich import plain
from incident.model.incident import Incident
from incident.model.interaction import Interaction, Kind, reconcile
from incident.runtime import clock
from incident.runtime.failures import StepError
from incident.store.contract import REFLECT, reflect_run
from incident.surfaces.line import stale_lines
from incident.surfaces.row import ROW
from incident.surfaces.services import Services
from incident.worker.answers import answered
from incident.worker.reconcile import meant, of_deletion
from incident.worker.stating import is_about_one, refusal, stated_by
from incident.workflows.job import Job
from incident.workflows.registry import WORKFLOWS, deliverable
from incident.workflows.surface_steps import TYPED

COALESCE_SECONDS = 1.0
"""What is stated while an incident is reflected waits this long for more of its kind."""

REFLECT_SECONDS = 30.0
"""One delivery begins no further pass over an incident after this; another delivery goes on."""

LANGUAGE_SECONDS = 0.5
"""What only its reader sees waits this long for their language, where it is not known."""

_ANSWERS = frozenset({"card", "closing", "listing", "question", "which", "menu", "refusal"})
"""The workflows that do nothing but answer the person."""

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
        is_usual: whether it is not worth a line in the log: Slack tells of much that the bot has no use for.
    """

    command: str
    outcome: Outcome | None = None
    reason: str = ""
    incident: str = ""
    is_put_off: bool = False
    is_usual: bool = False


class Dispatcher:
    """Carries out what one delivery brings. Made anew for each."""

    def __init__(
        self,
        engine: Engine,
        services: Services,
        pool: Executor,
        ask_to_reflect: Callable[[str], None],
        started: Callable[[str, str], None],
        *,
        tell: Callable[[Interaction], None],
    ) -> None:
        """Keeps what it works with.

        Args:
            engine: runs the workflows.
            services: handed to their steps.
            pool: for what can be done beside them.
            ask_to_reflect: publishes a message that has the incident of this id reflected; must not raise.
            tell: publishes a message of the bot's own; must not raise.
            started: told the name of the command and the incident's id before anything is done.
        """
        self._engine = engine
        self._services = services
        self._store = services.store
        self._pool = pool
        self._ask_to_reflect = ask_to_reflect
        self._started = started
        self._tell = tell
        self._asked: list[Future[None]] = []

    def has_stated(self, run: Run) -> None:
        """Asks for the incident to be reflected, as a step of a run has stated something about it just now.

        A declaration makes most surfaces itself, and asks once at its end.
        """
        if run.subject and run.workflow not in {spec_named(Declare.__name__).workflow, REFLECT}:
            self._asked.append(self._pool.submit(self._ask_to_reflect, run.subject))

    def carry_out(self, interaction: Interaction) -> Carried:
        """Takes what a person did as far as it goes in this delivery.

        Raises:
            RunLeasedError, RunDoneError, LeaseLostError: see `Engine`.
            UnknownCommandError: a newer version has to do it.
            StepError: the store does not answer.
        """
        incident = self._store.incident_in_channel(interaction.channel) if interaction.channel else None
        command = parse(interaction, in_incident=incident is not None)
        is_event = interaction.kind is Kind.EVENT
        if isinstance(command, (Ignore, OpenForm)):
            reason = command.reason if isinstance(command, Ignore) else "there is nothing to do it with"
            return Carried(type(command).__name__, reason=reason, is_usual=is_event)
        match command:
            case Retry():
                return self._retry(command, interaction, incident)
            case Answer() | AnswerIncident() | AnswerPerson():
                return self._answer(command, interaction)
            case FollowDeletion() if incident is not None:
                command = of_deletion(self._services, incident, command) or command
        if elsewhere := spec_of(command).about(command):
            incident = self._store.incident_in_channel(elsewhere)
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
            if carried.outcome and (typed := carried.outcome.results.get(ROW.name, {}).get(TYPED)):
                self._tell(reconcile(incident, typed, clock.now()))
            if carried.outcome is None or not carried.outcome.is_asked_again:
                return carried
            clock.sleep(COALESCE_SECONDS)
            if clock.monotonic() > until:
                self._ask_to_reflect(incident)
                return carried
            claim = replace(claim, claimant=claim_of(claim.run_id).claimant)

    def reconcile(self, interaction: Interaction) -> Carried:
        """Adopts what people have decided in an incident's row, and has put right what they changed besides.

        Raises:
            RunLeasedError, LeaseLostError, StepError: as above.
        """
        incident = self._store.incident(str(interaction.payload.get("incident", "")))
        if incident is None:
            return Carried("Reconcile", reason="there is no such incident")
        carried = Carried("Reconcile", reason="nothing was decided there", incident=incident.id)
        for command, run_id in meant(self._services, incident, interaction.payload):
            with suppress(RunDoneError):  # it was found before
                carried = self._begin(command, interaction, self._store.incident(incident.id), run_id)
        return carried

    def _answer(self, answer: Any, interaction: Interaction) -> Carried:
        """Carries out what an answer means, once, whichever button is pressed how often."""
        meant_by_it = answered(self._store, answer, interaction.user)
        if isinstance(meant_by_it, str):
            return Carried(type(answer).__name__, reason=meant_by_it)
        if isinstance(meant_by_it.command, Retry):
            return self._retry(meant_by_it.command, interaction, meant_by_it.incident)
        return self._begin(meant_by_it.command, interaction, meant_by_it.incident, meant_by_it.run_id)

    def _begin(
        self, command: Any, interaction: Interaction, incident: Incident | None, run_id: str
    ) -> Carried:
        said = Said(interaction.user, interaction.received_at, self._services.timezone, incident)
        if not spec_of(command).applies(command, said):
            is_usual = interaction.kind is Kind.EVENT
            return Carried(type(command).__name__, reason="it is of no use now", is_usual=is_usual)
        if incident is None and is_about_one(command):
            return Carried(type(command).__name__, reason="the incident is not there")
        refused = refusal(command, said, interaction.team)
        if refused is not None and interaction.kind is Kind.EVENT:  # nobody asked, so nobody is told
            return Carried(type(command).__name__, reason=refused.reason)
        named = spec_of(command).run_id(command)
        if named and (refused is None or self._was_begun_by(interaction, named)):
            run_id = named
        else:
            command = self._as_begun(command, refused, run_id)
        workflow = WORKFLOWS[spec_of(command).workflow]
        subject, facts = stated_by(command, interaction, said, run_id)
        self._started(type(command).__name__, subject)
        stated = {"stated": {"kind": str(facts[0].kind), "data": dict(facts[0].data)}} if facts else {}
        claim = begin(
            workflow,
            run_id,
            command=to_dict(command) | stated,
            origin=interaction.without_response_url().to_dict(),
            subject=subject,
            facts=facts,
        )
        return self._carry_on(self._claim_patiently(claim), _response_url(interaction))

    def _as_begun(self, command: Any, refused: Refuse | None, run_id: str) -> Any:
        """The command, or why it counts for nothing.

        As it was begun it goes on, also where things have changed since: it may have changed them itself.
        """
        if refused is None and spec_of(command).check is None:
            return command
        begun = self._store.run(run_id)
        if begun is None:
            return refused or command
        was_refused = begun.workflow == spec_named(Refuse.__name__).workflow
        return from_dict(begun.command) if was_refused else command

    def _was_begun_by(self, interaction: Interaction, run_id: str) -> bool:
        """Whether this run is what an earlier delivery of the same interaction has begun."""
        begun = self._store.run(run_id)
        return begun is not None and begun.origin.get("id") == interaction.id

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
        surfaces = self._store.surfaces(run.subject) if is_reflect else {}
        stale = stale_lines(self._services, run.incident, surfaces) if run.incident and surfaces else ()
        job = Job(
            run_id=run.id,
            command=command,
            interaction=interaction,
            incident=run.incident,
            services=self._services,
            stated=run.command.get("stated", {}),
            surfaces=surfaces,
            stale_lines=stale,
            response_url=response_url,
        )
        if run.workflow in _ANSWERS and interaction.user:
            self._learn_language(interaction.user)
        if isinstance(command, Declare):
            self._pool.submit(_prefetch, self._services, interaction.user)
        elif job.stated and not isinstance(command, Rename):
            self.has_stated(run)
        outcome = self._engine.carry_out(claimed, workflow, job)
        if isinstance(command, Declare):
            self._ask_to_reflect(run.subject)
        elif (job.stated or isinstance(command, LookAgain)) and not self._asked:
            # a title is shown with the channel's new name, in one pass; if that cannot be had, without it
            self.has_stated(run)
        wait(self._asked)
        return Carried(type(command).__name__, outcome, incident=run.subject)

    def _learn_language(self, user: str) -> None:
        """Asks for a person's language where it is not known, and waits for that as long as nobody minds."""
        if not self._services.people.is_known(user):
            wait([self._pool.submit(_learn, self._services, user)], LANGUAGE_SECONDS)

    def _retry(self, command: Retry, interaction: Interaction, incident: Incident | None) -> Carried:
        """Carries on what a person had to help; the person who asks is told if that is no use."""
        if command.run:
            return self._retry_run(command.run, interaction)
        failed = self._store.failed_runs(incident.id) if incident else []
        if not failed:
            refused = Refuse(Reason.NOTHING_TO_RETRY)
            return self._begin(refused, interaction, incident, interaction.id)
        return [self._retry_run(run, interaction) for run in failed][-1]

    def _retry_run(self, run_id: str, interaction: Interaction) -> Carried:
        self._started("Retry", "")
        say = self._services.words_for(interaction.user)
        with suppress(StepError):  # it is only to show that the press has come through
            self._services.slack.respond(_response_url(interaction), plain(say.retrying), replaces=False)
        try:
            carried = self._carry_on(self._claim_patiently(claim_of(run_id)), "")
        except NoSuchRunError:
            return Carried("Retry", reason="there is no such run any more")
        outcome = carried.outcome
        if outcome and outcome.state is RunState.FAILED and outcome.failures:
            step, error = next(iter(outcome.failures.items()))
            missed = deliverable(outcome.run.workflow, step)
            if missed is not None:
                message = retry_failed(say, missed, error)
                with suppress(StepError):  # the message with the button is still there, and says so, too
                    self._services.slack.respond(_response_url(interaction), message, replaces=False)
        return carried


def _learn(services: Services, user: str) -> None:
    with suppress(StepError):
        services.people.profile(user)


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
