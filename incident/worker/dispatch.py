"""From a command to the run that carries it out. New commands plug in here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from incident.commands import Answer, AskWhatWasMeant, Command, Declare, RecordUpdate, Retry, parse
from incident.engine.engine import Engine, Outcome
from incident.engine.run import RunState
from incident.engine.workflow import Work, Workflow
from incident.messages.notices import retry_failed
from incident.model.incident import Incident
from incident.model.interaction import Interaction
from incident.model.naming import incident_id
from incident.model.slack_text import one_line
from incident.runtime.failures import StepError
from incident.workflows.declare import DECLARE, Declaration, roles_at_start
from incident.workflows.question import QUESTION, Question
from incident.workflows.services import Services
from incident.workflows.updates import UPDATE, Update


class Dispatcher:
    """Carries out the commands of one delivery."""

    def __init__(self, engine: Engine, tools: Services, *, last: bool = False) -> None:
        """`last` says whether Pub/Sub will not deliver again."""
        self._engine = engine
        self._tools = tools
        self._last = last

    def carry_out(
        self, command: Command, interaction: Interaction, incident: Incident | None
    ) -> Outcome | None:
        """Takes a command as far as it goes in this delivery; None where there is nothing to do.

        Args:
            command: what the interaction means.
            interaction: who, when and where; its id is the run's.
            incident: the one whose channel it happened in, if any.

        Raises:
            RunLeasedError, RunDoneError, LeaseLostError: see `Engine.run`.
        """
        match command:
            case Declare():
                return self._declare(command, interaction, interaction.id)
            case RecordUpdate(text) if incident:
                return self._update(text, interaction, incident, interaction.id)
            case AskWhatWasMeant(text):
                return self._ask(text, interaction)
            case Answer():
                return self._answer(command, interaction)
            case Retry(run_id):
                return self._retry(run_id, interaction)
        return None

    def _declare(self, command: Declare, interaction: Interaction, run_id: str) -> Outcome:
        day = interaction.received_at.astimezone(self._tools.timezone).date()
        incident = Incident(
            id=incident_id(day, run_id),
            title=command.title,
            date=day,
            declared_at=interaction.received_at,
            declared_by=interaction.user,
            severity=command.severity,
            roles=roles_at_start(interaction.user),
        )
        work = Declaration(run_id, incident, interaction.team, _response_url(interaction), self._tools)
        return self._run(DECLARE, work, run_id, interaction, subject=incident.id, creates=incident.to_dict())

    def _update(self, text: str, interaction: Interaction, incident: Incident, run_id: str) -> Outcome:
        work = Update(
            run_id=run_id,
            incident=incident,
            person=interaction.user,
            text=text,
            said_at=interaction.received_at.timestamp(),
            response_url=_response_url(interaction),
            tools=self._tools,
        )
        return self._run(UPDATE, work, run_id, interaction, subject=incident.id)

    def _ask(self, text: str, interaction: Interaction) -> Outcome:
        work = Question(
            id=interaction.id,
            person=interaction.user,
            text=text,
            typed_at=interaction.received_at.timestamp(),
            response_url=_response_url(interaction),
            tools=self._tools,
        )
        return self._run(QUESTION, work, interaction.id, interaction)

    def _answer(self, answer: Answer, interaction: Interaction) -> Outcome | None:
        """A question is answered once, whichever button is pressed how often: the run bears its name.

        It may have been asked in person: the incident is the one whose channel the text was typed in.
        """
        asked = self._origin(answer.question)
        if asked is None:
            return None
        text, run_id = asked.payload["text"], f"{answer.question}-answer"
        if answer.declares:
            return self._declare(Declare(one_line(text)), interaction, run_id)
        incident = self._tools.store.incident_in_channel(asked.channel)
        return self._update(text, interaction, incident, run_id) if incident else None

    def _retry(self, run_id: str, interaction: Interaction) -> Outcome | None:
        """Carries out again what the run came of; the person is told if that is still no use."""
        origin = self._origin(run_id)
        if origin is None:
            return None
        incident = self._tools.store.incident_in_channel(origin.channel) if origin.channel else None
        outcome = self.carry_out(parse(origin, in_incident=incident is not None), origin, incident)
        if outcome and outcome.state is RunState.FAILED and outcome.failures:
            error = next(iter(outcome.failures.values()))
            message = retry_failed(self._tools.say, error)
            with suppress(StepError):  # the message with the button is still there, and says so, too
                self._tools.slack.respond(_response_url(interaction), message, replaces=False)
        return outcome

    def _origin(self, run_id: str) -> Interaction | None:
        kept = self._tools.store.origin(run_id)
        return Interaction.from_dict(kept) if kept else None

    def _run(
        self,
        workflow: Workflow[Work],
        work: Work,
        run_id: str,
        interaction: Interaction,
        *,
        subject: str = "",
        creates: Mapping[str, Any] | None = None,
    ) -> Outcome:
        origin = interaction.without_response_url().to_dict()
        return self._engine.run(
            workflow, work, run_id=run_id, subject=subject, creates=creates, origin=origin, last=self._last
        )


def _response_url(interaction: Interaction) -> str:
    url = interaction.payload.get("response_url")
    return url if isinstance(url, str) else ""
