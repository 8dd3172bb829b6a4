"""The words themselves. A locale that lacks one does not pass the type checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from incident.model.incident import Severity, Status, Thing

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
    form_did_not_open: str
    ready: str
    update_posted: str

    # help
    help_title: str
    help_declare: str
    help_declare_form: str
    help_in_channel: str
    what_went_wrong: str

    # the form
    form_title: str
    form_submit: str
    form_close: str
    form_question: str
    form_hint: str
    form_severity: str
    form_severity_hint: str
    form_blank: str

    # the question in an incident's channel
    question: str
    question_declare: str
    question_update: str

    # the channel
    topic: str
    purpose: str
    briefing_title: str
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
    call_bookmark: str
    report_bookmark: str
    update: str

    # #incident-sre
    announcement_title: str
    announcement: str

    # when something is late, cannot be done, or is there after all
    late: str
    failed: str
    retry: str
    retry_failed: str
    done_after_all: str
    meanwhile: str
    not_answering: str
    not_known_yet: str
    busy: str
    refused: str
    things: Mapping[Thing, str]
    by_hand: Mapping[Thing, str]
    the_bot: str

    # values
    statuses: Mapping[Status, str]
    severities: Mapping[Severity, str]
    severity_unknown: str
