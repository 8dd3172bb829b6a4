"""The words themselves. A locale that lacks one does not pass the type checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from incident.commands.severity import LABELS
from incident.commands.update import ENDS, STATUSES
from incident.model.incident import Deliverable, Finding, Incident

Locale = Literal["en", "fr"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)  # its start is on the clock of a cold function
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
    help_declare: str
    help_declare_form: str
    help_first: str
    help_press: str
    help_buttons: str
    help_menus: str
    help_more: str
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
    topic_resolved: str
    purpose: str
    headline: str
    titled: str
    essence: str
    commander: str
    operations_lead: str
    communications_lead: str
    scribe: str
    severity: str
    status: str
    next_update: str
    no_promise: str
    nobody: str
    declared_from: str
    this_message: str
    typed_in_slack: str
    call_coming: str
    report_coming: str
    join_call: str
    open_report: str
    next_title: str
    step_operations: str
    step_operations_done: str
    step_comms: str
    step_comms_done: str
    step_help: str
    step_help_done: str
    everyone: str
    declared: str
    bookmarks: Mapping[str, str]
    last_update: str
    resolved: str
    resolved_at: str
    fixed: str

    # the line of a change
    undone: str
    to_press: str

    # to the person who takes a role
    role_note: str
    role_note_first: str
    role_taken_over: str

    # to a person alone
    which_incident: str
    which_placeholder: str
    no_open_incident: str
    declare_it: str
    whom: str
    whom_placeholder: str
    open_incidents: str
    nothing_is_open: str
    listed: str
    told_follower: str
    told_resolved: str
    told_reopened: str
    card_story: str
    card_decisions: str
    card_now: str
    card_late: str
    card_all_there: str
    card_versions: str
    card_by_hand: str
    card_welcome: str
    card_update_none: str
    deleted: str

    # in place of names
    somebody: str
    some_channel: str

    # #incident-sre
    join_channel: str
    board_facts: str
    board_resolved: str

    # when something is late, cannot be done, or is there after all
    late: str
    failed: str
    retry: str
    retry_failed: str
    retrying: str
    meanwhile: str
    not_answering: str
    not_known_yet: str
    busy: str
    refused: str
    deliverables: Mapping[Deliverable, str]
    there: Mapping[Deliverable, str]
    by_hand: Mapping[Deliverable, str]
    the_bot: str
    surfaces: Mapping[Deliverable, str]

    # values
    severity_unknown: str

    def status_of(self, incident: Incident) -> str:
        """Where an incident stands, in words; a status of a newer version as it is.

        One that ended well, as a false alarm or an exercise, says so.
        """
        labels = {str(status): label for status, label in STATUSES[self.locale].items()}
        ends = {str(outcome): label for outcome, label in ENDS[self.locale].items()}
        label = labels.get(incident.status, incident.status)
        return label if incident.is_open else ends.get(incident.found(Finding.OUTCOME), label)

    def severity_of(self, incident: Incident) -> str:
        """How bad it is, in words; a severity of a newer version as it is."""
        return self.severity_named(incident.severity or "")

    def severity_named(self, severity: str) -> str:
        """A severity in words; empty for one that is not set."""
        labels = {str(level): label for level, label in LABELS[self.locale].items()}
        return labels.get(severity, severity) or self.severity_unknown
