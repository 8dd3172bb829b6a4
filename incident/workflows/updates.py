"""Saying something to everybody in an incident."""

from __future__ import annotations

from dataclasses import dataclass

from incident.engine.workflow import Attempt, Done, Step, Workflow
from incident.messages import incident as messages
from incident.messages.intake import plain
from incident.model import Incident
from incident.services.slack import Mark
from incident.workflows.toolbox import Toolbox

_CLOCK_SKEW_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Update:
    """An update to post.

    Attributes:
        id: tells updates of one incident apart.
        incident: the incident it is of.
        author: Slack user id of the person whose words they are.
        text: their words.
        said_at: seconds since the epoch.
        response_url: where the person typed.
        tools: what to do it with.
    """

    id: str
    incident: Incident
    author: str
    text: str
    said_at: float
    response_url: str
    tools: Toolbox

    def mark(self) -> Mark:
        """How the message is known again."""
        return Mark("incident_update", self.incident.id, self.id)


def post_update(work: Update, attempt: Attempt) -> Done:  # noqa: ARG001 - `find_update` looks first
    """The message in the channel."""
    message = messages.update(work.tools.say, work.author, work.text)
    posted = work.tools.slack.post(work.incident.channel_id, message, work.mark())
    return Done({"channel": posted.channel, "ts": posted.ts})


def find_update(work: Update, attempt: Attempt) -> Done | None:  # noqa: ARG001 - the mark says enough
    """The message an earlier try may have posted."""
    since = work.said_at - _CLOCK_SKEW_SECONDS
    posted = work.tools.slack.find(work.incident.channel_id, work.mark(), since)
    return Done({"channel": posted.channel, "ts": posted.ts}) if posted else None


def thank(work: Update, attempt: Attempt) -> Done:  # noqa: ARG001 - it replaces what stood there
    """Tells the person that it is there."""
    if work.response_url:
        work.tools.slack.respond(work.response_url, plain(work.tools.say.update_posted))
    return Done()


UPDATE: Workflow[Update] = Workflow(
    "update",
    (
        Step("message", post_update, finds=find_update),
        Step("receipt", thank, needs=("message",)),
    ),
)
