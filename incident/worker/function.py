"""The worker function: one Pub/Sub push in, one run of a workflow taken as far as it goes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from urllib.parse import urljoin

from flask import Request as HttpRequest
from flask import Response
from werkzeug.exceptions import BadRequest

from incident.commands.registry import UnknownCommandError
from incident.engine.delivery import StepReport
from incident.engine.engine import Engine
from incident.engine.run import LeaseLostError, Run, RunDoneError, RunLeasedError, RunState
from incident.messages.locales import words_for
from incident.model.interaction import Interaction, Kind, UnreadableMessageError, reflect
from incident.runtime import clock, shutdown
from incident.runtime.audit import AuditLog, safe_traceback
from incident.runtime.failures import StepError
from incident.runtime.http import read_body
from incident.runtime.instance import once
from incident.runtime.publisher import Publisher, PublishError
from incident.runtime.secrets import secret
from incident.runtime.settings import WorkerSettings
from incident.services.docs import Docs
from incident.services.docs_pages import Pages
from incident.services.drive import Drive
from incident.services.google import Google
from incident.services.meet import Meet
from incident.services.people import People
from incident.services.sheets import Sheets
from incident.services.slack import Slack
from incident.store.audited import AuditedRuns
from incident.store.open import open_store
from incident.surfaces.services import Services
from incident.worker.dispatch import Carried, Dispatcher
from incident.worker.push import Push, read_push
from incident.worker.upkeep import Upkeep
from incident.worker.watch import Watch

THREADS = 36
"""Steps of one instance that run at the same time: nine of a declaration can, and an instance is given four
messages at once (terraform/functions.tf)."""

BODY_LIMIT = 20 << 20
"""Bytes. Pub/Sub's largest messages, 10 MB, in base64.

https://cloud.google.com/pubsub/quotas#resource_limits
"""

RENEWED_BEFORE = 5
"""A message that cannot be put on record, as the store is down, is published anew in its last deliveries: no
outage is to end in the dead letters, which are for what cannot be read."""

_OK = 200
_BAD_REQUEST = 400
_AGAIN = 503
"""Anything but 102, 200, 201, 202 and 204 has Pub/Sub deliver again, and slows the whole subscription down:
it is for what could not even be put on record.

https://cloud.google.com/pubsub/docs/push#receive_push
"""

_BY_ITSELF = frozenset({Kind.TICK, Kind.RESUME, Kind.REFLECT, Kind.RECONCILE})
"""What the next tick does by itself where a delivery of it fails."""


class Worker:
    """Carries out what Pub/Sub pushes. One for each instance; safe for threads."""

    def __init__(
        self, services: Services, pool: Executor, audit: AuditLog, publisher: Publisher, max_attempts: int
    ) -> None:
        """Steps run in `pool`; Pub/Sub delivers a message `max_attempts` times at most."""
        self._services = services
        self._pool = pool
        self._audit = audit
        self._publisher = publisher
        self._max_attempts = max_attempts
        self._watch = Watch(services)

    def handle(self, http: HttpRequest) -> Response:
        """200: done, put off or nothing to do. 400: unreadable. 503: deliver again."""
        audit = self._audit.bind(traceparent=http.headers.get("traceparent", ""))
        try:
            push = read_push(read_body(http, BODY_LIMIT))
            audit = audit.bind(traceparent=push.traceparent, message_id=push.message_id, attempt=push.attempt)
            interaction = Interaction.from_message(push.data)
        except (UnreadableMessageError, BadRequest) as error:
            audit.error("incident.message.unreadable", f"cannot be read: {error}", outcome="unreadable")
            return Response(status=_BAD_REQUEST)
        status = self._answer(interaction, push, audit)
        return Response(status=_OK if interaction.kind in _BY_ITSELF else status)

    def _answer(self, interaction: Interaction, push: Push, audit: AuditLog) -> int:
        """The status to answer, whatever happens."""
        audit = audit.bind(actor=interaction.user, run=_run_of(interaction))
        began = clock.monotonic()
        try:
            if interaction.kind is Kind.TICK:
                self._tick(push, audit)
                return _OK
            carried = self._carry_out(interaction, push, audit)
            return _say_outcome(audit, carried, round((clock.monotonic() - began) * 1000))
        except RunDoneError:
            if interaction.kind not in _BY_ITSELF:
                audit.info("incident.delivery.repeated", "was done before", outcome="found")
            return _OK
        except Exception as error:  # noqa: BLE001 - a fault of the bot's own is reported, and delivered again
            _say_failure(audit, error)
            is_running_out = push.attempt > self._max_attempts - RENEWED_BEFORE
            if isinstance(error, StepError) and is_running_out and interaction.kind not in _BY_ITSELF:
                return self._renew(interaction, push, audit)
        return _AGAIN

    def _tick(self, push: Push, audit: AuditLog) -> None:
        sent = self._upkeep(push).tick()
        if sent:  # to say every minute that nothing is due tells nobody anything
            audit.info("incident.tick.sent", f"{sent} runs are due", outcome="done")
        self._watch_people(push, audit)

    def _watch_people(self, push: Push, audit: AuditLog) -> None:
        """Looks at what people may have changed; what cannot be looked at now can be in a minute."""

        def publish(interaction: Interaction) -> None:
            self._publisher.publish(interaction, push.traceparent)

        for name, look in (("row", self._watch.rows), ("report", self._watch.reports)):
            try:
                found = look(publish)
            except (StepError, PublishError) as error:
                message = f"what people changed is looked for again: {error}"
                audit.warning(f"incident.{name}.unread", message, outcome="transient")
            else:
                if found:
                    audit.info(f"incident.{name}.changed", f"people changed {found}", outcome="done")

    def _carry_out(self, interaction: Interaction, push: Push, audit: AuditLog) -> Carried:
        def started(command: str, incident: str) -> None:
            more = {"incident": incident} if incident else {}
            audit.info("incident.command.started", command, command=command, outcome="started", **more)

        def stated(run: Run) -> None:
            dispatcher.has_stated(run)

        runs = AuditedRuns(self._services.store, audit, stated)
        report = _Reports(audit)
        engine = Engine(runs, self._pool, report, shutdown.is_stopping)
        dispatcher = Dispatcher(
            engine,
            self._services,
            self._pool,
            lambda incident: self._ask_to_reflect(incident, push, audit),
            started,
            tell=lambda interaction: self._tell(interaction, push, audit),
        )
        match interaction.kind:
            case Kind.RESUME:
                carried = dispatcher.resume(str(interaction.payload.get("run", "")))
                wakes = str(interaction.payload.get("wakes", ""))
                if wakes and carried.outcome and not carried.outcome.failures:
                    self._upkeep(push).wake(wakes)
                return carried
            case Kind.REFLECT:
                return dispatcher.reflect(str(interaction.payload.get("incident", "")))
            case Kind.RECONCILE:
                return dispatcher.reconcile(interaction)
        return dispatcher.carry_out(interaction)

    def _upkeep(self, push: Push) -> Upkeep:
        return Upkeep(
            self._services.store,
            lambda interaction: self._publisher.publish(interaction, push.traceparent),
        )

    def _ask_to_reflect(self, incident: str, push: Push, audit: AuditLog) -> None:
        """Best effort: the store knows that the incident is to be reflected, and the tick asks, too."""
        try:
            self._publisher.publish(reflect(incident, clock.now()), push.traceparent)
        except PublishError as error:
            message = f"the tick will reflect it: {error}"
            audit.warning("incident.reflect.late", message, incident=incident, outcome="transient")

    def _tell(self, interaction: Interaction, push: Push, audit: AuditLog) -> None:
        """Best effort: the tick finds it, too."""
        try:
            self._publisher.publish(interaction, push.traceparent)
        except PublishError as error:
            message = f"the tick will find it: {error}"
            audit.warning("incident.reconcile.late", message, outcome="transient")

    def _renew(self, interaction: Interaction, push: Push, audit: AuditLog) -> int:
        """Publishes a message anew, with all its deliveries ahead; its id, and so its run, is the same."""
        try:
            self._publisher.publish(interaction, push.traceparent)
        except PublishError as error:
            audit.error("incident.delivery.renewed", f"not published anew: {error}", outcome="transient")
            return _AGAIN
        audit.warning(
            "incident.delivery.renewed", "published anew until the store answers", outcome="transient"
        )
        return _OK


class _Reports:
    """Writes an audit line for each try at a step."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def __call__(self, report: StepReport) -> None:
        fields = {
            "step": report.step,
            "incident": report.run.subject,
            "run": report.run.id,
            "delivery": report.run.delivery,
            "outcome": report.outcome if report.unexpected is None else "unexpected",
            "duration_ms": round(report.seconds * 1000),
        }
        audit = self._audit
        if report.outcome == "absent":
            audit.info("incident.step.looked", f"{report.step}: an earlier try had not done it", **fields)
        elif report.error is None:
            audit.info("incident.step.completed", f"{report.step}: {report.outcome}", **fields)
        elif report.unexpected is not None:
            audit.error(
                "incident.step.failed", f"{report.step}: {safe_traceback(report.unexpected)}", **fields
            )
        else:
            audit.warning("incident.step.failed", f"{report.step}: {report.error}", **fields)


def _say_outcome(audit: AuditLog, carried: Carried, milliseconds: int) -> int:
    """The audit line of how a delivery ended; the status to answer."""
    audit = audit.bind(command=carried.command, duration_ms=milliseconds)
    if carried.incident:
        audit = audit.bind(incident=carried.incident)
    outcome = carried.outcome
    if carried.is_put_off:
        audit.warning("incident.command.waiting", carried.reason, outcome="transient")
        return _OK
    if outcome is None:
        if not carried.is_usual:
            audit.info("incident.command.ignored", carried.reason, outcome="ignored")
        return _OK
    late = ", ".join(f"{step} ({failure})" for step, failure in sorted(outcome.failures.items()))
    if outcome.is_given_back:
        audit.info("incident.command.given_back", "this instance ends; another goes on", outcome="transient")
        return _AGAIN
    if outcome.state is RunState.DONE:
        audit.info("incident.command.completed", "done", outcome="done")
    elif outcome.state is RunState.FAILED:
        audit.error("incident.command.failed", f"a person has to help: {late}", outcome="permanent")
    elif outcome.failures:
        audit.warning("incident.command.waiting", f"late, trying again: {late}", outcome="transient")
    else:
        audit.info("incident.command.completed", "done; looked after once more later", outcome="done")
    return _OK


def _say_failure(audit: AuditLog, error: Exception) -> None:
    """The audit line of why a delivery could not be carried out."""
    match error:
        case RunLeasedError():
            audit.info("incident.delivery.refused", f"another worker is at it: {error}", outcome="leased")
        case LeaseLostError():
            audit.warning("incident.delivery.lost", "another worker took over", outcome="leased")
        case UnknownCommandError():
            message = f"a newer version has to do it: {error}"
            audit.error("incident.command.unknown", message, outcome="transient")
        case PublishError():
            audit.error("incident.tick.failed", f"Pub/Sub did not answer: {error}", outcome="transient")
        case StepError():
            audit.error("incident.store.failed", f"the store did not answer: {error}", outcome="transient")
        case _:
            audit.error("incident.worker.failed", safe_traceback(error), outcome="unexpected")


def _run_of(interaction: Interaction) -> str:
    run = interaction.payload.get("run")
    return run if interaction.kind is Kind.RESUME and isinstance(run, str) else interaction.id


def make_worker(settings: WorkerSettings, audit: AuditLog) -> Worker:
    """A worker with real clients, as the settings say."""
    google = Google(settings.google_api_url, settings.google_subject)
    slack = Slack(secret(settings.slack_bot_token), settings.slack_api_url)
    services = Services(
        store=open_store(settings),
        slack=slack,
        people=People(slack),
        meet=Meet(google),
        drive=Drive(google, template_id=settings.template_id, folder_id=settings.folder_id),
        docs=Docs(google),
        pages=Pages(google),
        sheets=Sheets(google, spreadsheet_id=settings.spreadsheet_id, sheet=settings.sheet),
        languages=tuple(words_for(locale) for locale in settings.locales),
        announcement_channel=settings.announcement_channel,
        oncall_groups=settings.oncall_groups,
        comms_group=settings.comms_group,
        archive_after_days=settings.archive_after_days,
        timezone=settings.timezone,
        timeline_emoji=settings.timeline_emoji,
        slack_root=urljoin(settings.slack_api_url, "/"),
    )
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="step")
    publisher = Publisher(settings.topic_path, settings.pubsub_emulator_host)
    return Worker(services, pool, audit, publisher, settings.max_delivery_attempts)


def entry_point() -> Callable[[HttpRequest], Response]:
    """The function that functions-framework serves as `worker`.

    Its clients are made on the first request: the server forks after it has loaded this module, and neither
    gRPC nor threads survive a fork.

    Raises:
        SettingsError: if a setting is missing or wrong.
    """
    settings = WorkerSettings.load()
    shutdown.watch()

    audit = AuditLog(settings.project)
    instance = once(lambda: make_worker(settings, audit))

    def worker(request: HttpRequest) -> Response:
        try:
            made = instance()
        except Exception as error:  # noqa: BLE001 - it is reported, and made anew for the next message
            _say_failure(audit, error)
            return Response(status=_AGAIN)
        return made.handle(request)

    return worker
