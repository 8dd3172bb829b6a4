"""The workflows by the names that are stored with their runs, and what people miss of each."""

from __future__ import annotations

from collections.abc import Mapping

from incident.engine.workflow import Workflow
from incident.model.incident import Deliverable
from incident.workflows import change, declare, reflect
from incident.workflows.change import CHANGE
from incident.workflows.declare import DECLARE
from incident.workflows.job import Job
from incident.workflows.question import FORM, MENU, QUESTION
from incident.workflows.reflect import REFLECT

WORKFLOWS: dict[str, Workflow[Job]] = {
    workflow.name: workflow for workflow in (DECLARE, CHANGE, QUESTION, MENU, FORM, REFLECT)
}

DELIVERABLES: dict[str, Mapping[str, Deliverable]] = {
    DECLARE.name: declare.DELIVERABLES,
    CHANGE.name: change.DELIVERABLES,
    QUESTION.name: {},
    MENU.name: {},
    FORM.name: {},
    REFLECT.name: reflect.DELIVERABLES,
}
"""By the name of the workflow and of the step."""
