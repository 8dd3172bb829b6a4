"""The workflows by the names that are stored with their runs, and what people miss of each."""

from __future__ import annotations

from collections.abc import Mapping

from incident.engine.workflow import Workflow
from incident.model.incident import Deliverable
from incident.workflows import archiving, change, close, declare, reflect, rename, update
from incident.workflows.archiving import UNARCHIVED
from incident.workflows.card import CARD, LISTING
from incident.workflows.change import CHANGE, QUIET
from incident.workflows.close import CLOSE, CLOSING
from incident.workflows.decision import DECISION
from incident.workflows.declare import DECLARE
from incident.workflows.follow import LOOKING, NAME, NOTICE
from incident.workflows.job import Job
from incident.workflows.mark import FOLLOW_EDIT, MARK, STATED
from incident.workflows.page import PAGE
from incident.workflows.question import FORM, MENU, QUESTION, REFUSAL, WHICH
from incident.workflows.reflect import REFLECT
from incident.workflows.rename import RENAME
from incident.workflows.role import ACCEPT, ROLE
from incident.workflows.undo import UNDO
from incident.workflows.update import UPDATE
from incident.workflows.vacancy import VACANCY

WORKFLOWS: dict[str, Workflow[Job]] = {
    workflow.name: workflow
    for workflow in (
        DECLARE,
        CHANGE,
        QUIET,
        ROLE,
        ACCEPT,
        UPDATE,
        PAGE,
        DECISION,
        RENAME,
        CLOSING,
        CLOSE,
        UNARCHIVED,
        MARK,
        FOLLOW_EDIT,
        STATED,
        VACANCY,
        NOTICE,
        LOOKING,
        NAME,
        UNDO,
        CARD,
        LISTING,
        QUESTION,
        WHICH,
        MENU,
        FORM,
        REFUSAL,
        REFLECT,
    )
}

DELIVERABLES: dict[str, Mapping[str, Deliverable]] = {
    DECLARE.name: declare.DELIVERABLES,
    REFLECT.name: reflect.DELIVERABLES,
    CLOSE.name: close.DELIVERABLES,
    UNARCHIVED.name: archiving.DELIVERABLES,
}
"""By the name of the workflow and of the step, where that is not as it is of changes."""


_OF_CHANGES = {**rename.RENAMING, **update.ANNOUNCING, **change.DELIVERABLES}


def deliverable(workflow: str, step: str) -> Deliverable | None:
    """What people miss while a step of a workflow is not done; None for what they do not."""
    return DELIVERABLES.get(workflow, _OF_CHANGES).get(step)
