"""The worker function: one Pub/Sub push in, one run of a workflow taken as far as it goes."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin

from flask import Request as HttpRequest
from flask import Response
from werkzeug.exceptions import BadRequest

from incident.commands import Ignore, parse
from incident.engine.engine import Engine, Outcome, StepReport
from incident.engine.run import LeaseLostError, OtherWorkflowError, RunDoneError, RunLeasedError, RunState
from incident.messages.locales import words_for
from incident.model.interaction import Interaction, Kind, UnreadableMessageError
from incident.runtime.audit import AuditLog, where
from incident.runtime.failures import StepError
from incident.runtime.http import read_body
from incident.runtime.instance import once
from incident.runtime.secrets import secret
from incident.runtime.settings import WorkerSettings
from incident.services.docs import Docs
from incident.services.drive import Drive
from incident.services.google import Google
from incident.services.meet import Meet
from incident.services.sheets import Sheets
from incident.services.slack import Slack
from incident.store.audited import AuditedRuns
from incident.store.open import open_store
from incident.worker.dispatch import Dispatcher
from incident.workflows.services import Services

THREADS = 28
"""Steps of one instance that run at the same time: seven of a declaration can, and an instance is given four
messages at once (terraform/functions.tf)."""

BODY_LIMIT = 20 << 20
"""Bytes. Pub/Sub's largest messages, 10 MB, in base64; https://cloud.google.com/pubsub/quotas#resource_limits"""

_OK = 200
_AGAIN = 503
"""Anything but 102, 200, 201, 202 and 204 has Pub/Sub deliver again.

https://cloud.google.com/pubsub/docs/push#receive_push
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What Pub/Sub pushes.

    Attributes:
        data: the message, which `Interaction` reads.
        message_id: Pub/Sub's; may be empty.
        traceparent: the trace it belongs to; may be empty.
        attempt: which delivery it is, from 1; 0 where Pub/Sub does not say.
    """

    data: bytes
    message_id: str
    traceparent: str
    attempt: int


def read_push(body: bytes) -> Delivery:
    """Reads a push envelope.

    Raises:
        UnreadableMessageError: if it is none.
    """
    try:
        envelope = json.loads(body)
        message = envelope["message"]
        data = base64.b64decode(message.get("data", ""), validate=True)
        attributes = message.get("attributes") or {}
        message_id = str(message.get("messageId", ""))
        traceparent = str(attributes.get("traceparent", ""))
        attempt = int(envelope.get("deliveryAttempt") or 0)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise UnreadableMessageError(f"not a push envelope: {type(error).__name__}") from None
    return Delivery(data, message_id, traceparent, attempt)


class Worker:
    """Carries out what Pub/Sub pushes. One for each instance; safe for threads."""

    def __init__(self, tools: Services, pool: Executor, audit: AuditLog, max_attempts: int) -> None:
        """Steps run in `pool`; Pub/Sub delivers a message `max_attempts` times at most."""
        self._tools = tools
        self._pool = pool
        self._max_attempts = max_attempts
        self._audit = audit

    def handle(self, http: HttpRequest) -> Response:
        """200: done, or nothing to do. 400: unreadable. 503: deliver again."""
        audit = self._audit.bind(traceparent=http.headers.get("traceparent", ""))
        try:
            delivery = read_push(read_body(http, BODY_LIMIT))
            audit = audit.bind(
                traceparent=delivery.traceparent, message_id=delivery.message_id, attempt=delivery.attempt
            )
            interaction = Interaction.from_message(delivery.data)
        except (UnreadableMessageError, BadRequest) as error:
            audit.error("incident.message.unreadable", f"cannot be read: {error}", outcome="unreadable")
            return Response(status=400)
        if interaction.kind is Kind.TICK:
            return Response(
                status=_OK
            )  # nothing is due by it yet, and to say so every time tells nobody anything
        audit = audit.bind(actor=interaction.user, run=interaction.id)
        try:
            return self._carry_out(interaction, delivery.attempt >= self._max_attempts, audit)
        except RunDoneError:
            audit.info("incident.delivery.repeated", "was done before", outcome="found")
            return Response(status=_OK)
        except RunLeasedError as error:
            audit.info("incident.delivery.refused", f"another worker is at it: {error}", outcome="leased")
        except LeaseLostError:
            audit.warning("incident.delivery.lost", "another worker took over", outcome="leased")
        except StepError as error:
            audit.error("incident.store.failed", f"the store did not answer: {error}", outcome="transient")
        except Exception as error:  # noqa: BLE001 - a fault of the bot's own: reported, and delivered again
            audit.error("incident.worker.failed", where(error), outcome="unexpected")
        return Response(status=_AGAIN)

    def _carry_out(self, interaction: Interaction, last: bool, audit: AuditLog) -> Response:
        began = time.monotonic()
        incident = self._tools.store.incident_in_channel(interaction.channel) if interaction.channel else None
        if incident:
            audit = audit.bind(incident=incident.id)
        command = parse(interaction, in_incident=incident is not None)
        name = type(command).__name__
        if isinstance(command, Ignore):
            audit.info("incident.command.ignored", command.reason, kind=interaction.kind, outcome="ignored")
            return Response(status=_OK)
        audit.info("incident.command.started", name, command=name, outcome="started")
        runs = AuditedRuns(self._tools.store, audit)
        engine = Engine(runs, self._pool, lambda report: _report(audit, report))
        dispatcher = Dispatcher(engine, self._tools, last=last)
        try:
            outcome = dispatcher.carry_out(command, interaction, incident)
        except OtherWorkflowError:
            if interaction.kind is not Kind.COMMAND:
                raise
            # It was begun when the store did not know yet whose channel this is. It means what it meant then.
            command = parse(interaction, in_incident=incident is None)
            outcome = dispatcher.carry_out(command, interaction, incident)
        return _answer(audit.bind(command=name, duration_ms=_milliseconds(began)), outcome, last=last)


def _answer(audit: AuditLog, outcome: Outcome | None, *, last: bool) -> Response:
    if outcome is None:
        audit.info("incident.command.ignored", "there is nothing to do it with", outcome="ignored")
        return Response(status=_OK)
    if outcome.subject:
        audit = audit.bind(incident=outcome.subject)
    if outcome.state is RunState.DONE:
        audit.info("incident.command.completed", "done", outcome="done")
        return Response(status=_OK)
    late = ", ".join(f"{step} ({failure})" for step, failure in sorted(outcome.failures.items()))
    if outcome.state is RunState.FAILED:
        audit.error("incident.command.failed", f"somebody has to help: {late}", outcome="permanent")
        return Response(status=_OK)
    if last:
        audit.error("incident.command.failed", f"given up for now: {late}", outcome="transient")
    else:
        audit.warning("incident.command.waiting", f"late, trying again: {late}", outcome="transient")
    return Response(status=_AGAIN)


def _report(audit: AuditLog, report: StepReport) -> None:
    fields = {
        "step": report.step,
        "incident": report.run.subject,
        "run": report.run.id,
        "delivery": report.run.delivery,
        "outcome": report.outcome if report.unexpected is None else "unexpected",
        "duration_ms": round(report.seconds * 1000),
    }
    if report.outcome == "absent":
        audit.info("incident.step.looked", f"{report.step}: an earlier try had not done it", **fields)
    elif report.error is None:
        audit.info("incident.step.completed", f"{report.step}: {report.outcome}", **fields)
    elif report.unexpected is not None:
        audit.error("incident.step.failed", f"{report.step}: {where(report.unexpected)}", **fields)
    else:
        audit.warning("incident.step.failed", f"{report.step}: {report.error}", **fields)


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def make_worker(settings: WorkerSettings, audit: AuditLog) -> Worker:
    """A worker with real clients, as the settings say."""
    google = Google(settings.google_api_url, settings.google_subject)
    tools = Services(
        store=open_store(settings),
        slack=Slack(secret(settings.slack_bot_token), settings.slack_api_url),
        meet=Meet(google),
        drive=Drive(google, template_id=settings.template_id, folder_id=settings.folder_id),
        docs=Docs(google),
        sheets=Sheets(google, spreadsheet_id=settings.spreadsheet_id, sheet=settings.sheet),
        say=words_for(settings.locale),
        announcement_channel=settings.announcement_channel,
        oncall_groups=settings.oncall_groups,
        timezone=settings.timezone,
        slack_root=urljoin(settings.slack_api_url, "/"),
    )
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="step")
    return Worker(tools, pool, audit, settings.max_delivery_attempts)


def entry_point() -> Callable[[HttpRequest], Response]:
    """The function that functions-framework serves as `worker`.

    Its clients are made on the first request: the server forks after it has loaded this module, and neither
    gRPC nor threads survive a fork.

    Raises:
        SettingsError: if a setting is missing or wrong.
    """
    settings = WorkerSettings.load()

    instance = once(lambda: make_worker(settings, AuditLog(settings.project)))

    def worker(request: HttpRequest) -> Response:
        return instance().handle(request)

    return worker
