"""From a command to the run that carries it out. New commands plug in here."""

from __future__ import annotations

from incident.commands import Answer, AskWhatWasMeant, Command, Declare, RecordUpdate
from incident.engine.engine import Engine, Outcome
from incident.interaction import Interaction
from incident.model import Incident
from incident.naming import incident_id
from incident.workflows.declare import DECLARE, Declaration, roles_at_start
from incident.workflows.question import QUESTION, Question
from incident.workflows.toolbox import Toolbox
from incident.workflows.updates import UPDATE, Update


class Dispatcher:
    """Carries commands out. One for each instance; safe for threads."""

    def __init__(self, engine: Engine, tools: Toolbox) -> None:
        """Everything it works with is passed in."""
        self._engine = engine
        self._tools = tools

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
                return self._answer(command, interaction, incident)
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
        work = Declaration(incident, interaction.team, _response_url(interaction), self._tools)
        return self._engine.run(DECLARE, work, run_id=run_id, subject=incident.id, creates=incident.to_dict())

    def _update(self, text: str, interaction: Interaction, incident: Incident, run_id: str) -> Outcome:
        work = Update(
            id=run_id,
            incident=incident,
            author=interaction.user,
            text=text,
            said_at=interaction.received_at.timestamp(),
            response_url=_response_url(interaction),
            tools=self._tools,
        )
        return self._engine.run(UPDATE, work, run_id=run_id, subject=incident.id)

    def _ask(self, text: str, interaction: Interaction) -> Outcome:
        work = Question(interaction.id, text, _response_url(interaction), self._tools)
        return self._engine.run(QUESTION, work, run_id=interaction.id)

    def _answer(self, answer: Answer, interaction: Interaction, incident: Incident | None) -> Outcome | None:
        """A question is answered once, whichever button is pressed how often: the run bears its name."""
        kept = self._tools.store.result(answer.question, "text")
        if kept is None:
            return None
        run_id = f"{answer.question}-answer"
        if answer.declares:
            return self._declare(Declare(kept["text"]), interaction, run_id)
        return self._update(kept["text"], interaction, incident, run_id) if incident else None


def _response_url(interaction: Interaction) -> str:
    url = interaction.payload.get("response_url")
    return url if isinstance(url, str) else ""
