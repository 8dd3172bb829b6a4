"""The words themselves. A locale that lacks one does not pass the type checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from incident.commands.severity import LABELS
from incident.model.incident import Deliverable, Incident

Locale = Literal["en", "fr"]


@dataclass(frozen=True, slots=True)
class Words:
    """What the bot says in one language; `{names}` are filled in by `incident.messages`.

    Short, kind and blameless: what happened, and what to do next.
    """

    locale: Locale

    # to the person who typed
    received: str
    not_recorded: str
    not_recorded_form: str
    not_known_if_recorded: str
    not_known_if_recorded_form: str
    resend_is_harmless: str
    resend_not_possible: str
    resend: str
    your_words: str
    notice_title: str
    form_did_not_open: str
    ready: str

    # help
    help_title: str
    help_declare: str
    help_declare_form: str
    help_in_channel: str
    what_went_wrong: str
    write_it: str

    # the form
    form_close: str

    # the question in an incident's channel
    question: str
    question_declare: str
    question_update: str

    # the channel
    topic: str
    purpose: str
    briefing_title: str
    headline: str
    commander: str
    operations_lead: str
    severity: str
    status: str
    join_call: str
    open_report: str
    next_title: str
    next_steps: tuple[str, ...]
    everyone: str
    declared: str
    bookmarks: Mapping[str, str]
    last_update: str

    # #incident-sre
    announcement_title: str
    announcement: str
    board_facts: str

    # when something is late, cannot be done, or is there after all
    late: str
    failed: str
    retry: str
    retry_failed: str
    meanwhile: str
    not_answering: str
    not_known_yet: str
    busy: str
    refused: str
    deliverables: Mapping[Deliverable, str]
    there: Mapping[Deliverable, str]
    by_hand: Mapping[Deliverable, str]
    the_bot: str

    # values
    statuses: Mapping[str, str]
    severity_unknown: str

    def status_of(self, incident: Incident) -> str:
        """Where an incident stands, in words; a status of a newer version as it is."""
        return self.statuses.get(incident.status, incident.status)

    def severity_of(self, incident: Incident) -> str:
        """How bad it is, in words; a severity of a newer version as it is."""
        if not incident.severity:
            return self.severity_unknown
        labels = {str(level): label for level, label in LABELS[self.locale].items()}
        return labels.get(incident.severity, incident.severity)
