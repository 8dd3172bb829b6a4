"""Saying something to everybody in an incident."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from incident.engine.workflow import Attempt, Done, Step, Workflow
from incident.messages import incident as messages
from incident.messages.intake import plain
from incident.model.incident import Incident, Thing
from incident.runtime.failures import PermanentError
from incident.services.slack import Mark
from incident.workflows.notices import tells
from incident.workflows.services import CLOCK_SKEW_SECONDS, Services


@dataclass(frozen=True, slots=True)
class Update:
    """An update to post.

    Attributes:
        run_id: of the run that carries it out; tells updates of one incident apart.
        incident: the incident it is of.
        person: Slack user id of whoever says it.
        text: their words.
        said_at: seconds since the epoch.
        response_url: where the person typed.
        tools: what to do it with.
    """

    run_id: str
    incident: Incident
    person: str
    text: str
    said_at: float
    response_url: str
    tools: Services

    def mark(self) -> Mark:
        """How the message is known again."""
        return Mark("incident_update", self.incident.id, self.run_id)

    def since(self) -> float:
        """No message of this update is older, in seconds since the epoch, by Slack's clock too."""
        return self.said_at - CLOCK_SKEW_SECONDS


def post_update(work: Update, attempt: Attempt) -> Done:  # noqa: ARG001 - `find_update` looks first
    """The message in the channel."""
    message = messages.update(work.tools.say, work.person, work.text)
    posted = work.tools.slack.post(work.incident.channel_id, message, work.mark())
    return Done({"channel": posted.channel, "ts": posted.ts})


def find_update(work: Update, attempt: Attempt) -> Done | None:  # noqa: ARG001 - the mark says enough
    """The message an earlier try may have posted."""
    posted = work.tools.slack.find(work.incident.channel_id, work.mark(), work.since())
    return Done({"channel": posted.channel, "ts": posted.ts}) if posted else None


def thank(work: Update, attempt: Attempt) -> Done:  # noqa: ARG001 - it replaces what stood there
    """Tells the person that it is there; where that place is gone, the update itself has to do."""
    if work.response_url:
        with suppress(PermanentError):
            work.tools.slack.respond(work.response_url, plain(work.tools.say.update_posted))
    return Done()


UPDATE: Workflow[Update] = Workflow(
    "update",
    (
        Step("message", post_update, finds=find_update),
        Step("receipt", thank, needs=("message",)),
    ),
    follows=tells({"message": Thing.UPDATE}),
)
