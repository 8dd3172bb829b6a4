"""The Slack function: everything that happens between Slack's request and our answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from http.client import HTTPException
from typing import Any

from flask import Request as HttpRequest
from flask import Response, jsonify
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from incident.commands import declare
from incident.commands.declare import TITLE
from incident.commands.help import ShowHelp
from incident.commands.registry import (
    OpenForm,
    UnknownCommandError,
    action_of,
    begins_with_verb,
    form_called,
    opened_by,
    parse,
    typed_text,
)
from incident.commands.spec import Form, Spec
from incident.intake.context import about, context
from incident.intake.doubtful import Doubtful
from incident.intake.language import Languages
from incident.intake.requests import (
    Check,
    MalformedRequestError,
    NothingToDo,
    Request,
    read,
)
from incident.intake.resend import Resend, is_resend, read_resend, resend_value
from incident.intake.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier
from incident.messages import form as forms
from incident.messages import intake as messages
from incident.messages.locales import words_for
from incident.messages.rich import Message, plain
from incident.messages.words import Words
from incident.model.interaction import Interaction, Kind
from incident.model.naming import digest
from incident.runtime import clock
from incident.runtime.audit import AuditLog, moment, trace_id
from incident.runtime.http import read_body
from incident.runtime.instance import once
from incident.runtime.publisher import NotPublishedError, Publisher, PublishUnknownError
from incident.runtime.secrets import Secret, SecretUnavailableError, secret
from incident.runtime.settings import IntakeSettings, is_same_site

BODY_LIMIT = 1 << 20
"""Bytes. Slack's largest requests, submitted forms, stay far below."""

_FORM_SECONDS = 2
_COMPLETED_WITHIN = 1.2
"""A form that took longer to open is not completed: publishing takes time, too, of the three seconds."""

_REPLY_SECONDS = 1

_NOT_REACHED = (SlackClientError, OSError, HTTPException, ValueError)
"""What Slack's clients raise when Slack refuses or breaks off, or an answer or address is none."""


class _Published(Enum):
    """Whether Pub/Sub has an interaction."""

    YES = auto()
    NO = auto()
    UNKNOWN = auto()


class Intake:
    """Answers Slack's requests. One for each instance; safe for threads."""

    def __init__(
        self,
        *,
        verifier: Verifier,
        publisher: Publisher,
        bot_token: Secret,
        slack_api_url: str,
        say: Words,
        timeline_emoji: str,
        audit: AuditLog,
    ) -> None:
        """Everything it talks to is passed in.

        `say`: for people whose language is not known. `timeline_emoji`: the reaction that counts.
        """
        self._verifier = verifier
        self._publisher = publisher
        self._bot_token = bot_token
        self._slack_api_url = slack_api_url
        self._timeline_emoji = timeline_emoji
        self._languages = Languages(bot_token, slack_api_url, say, audit)
        self._audit = audit
        self._doubtful = Doubtful()

    def handle(self, http: HttpRequest) -> Response:
        """Verifies, normalises, publishes and acknowledges one request."""
        began = time.monotonic()
        traceparent = http.headers.get("traceparent", "")
        audit = self._audit.bind(traceparent=traceparent)
        try:
            body = read_body(http, BODY_LIMIT)
        except RequestEntityTooLarge:
            return _reject(audit, 413, "too large")
        except BadRequest:
            return _reject(audit, 400, "truncated")
        timestamp, signature = (http.headers.get(name, "") for name in (TIMESTAMP_HEADER, SIGNATURE_HEADER))
        try:
            if not self._verifier.is_from_slack(body, timestamp, signature):
                return _reject(audit, 401, "not signed by Slack")
        except SecretUnavailableError as error:
            message = f"the signing secret cannot be read: {error}"
            audit.error("incident.secret.unavailable", message, outcome="lost")
            return Response(status=503)
        try:
            content_type = http.headers.get("Content-Type", "")
            request = read(body, content_type, clock.now(), self._timeline_emoji)
        except MalformedRequestError as error:
            return _reject(audit, 400, str(error))
        match request:
            case Check(challenge):
                return jsonify(challenge=challenge) if challenge else Response()
            case NothingToDo():
                return Response()
            case Request(interaction) if is_resend(interaction):
                return self._take_again(interaction, read_resend(interaction), traceparent, began)
            case Request():
                return self._take(request, traceparent, began)

    def _take(self, request: Request, traceparent: str, began: float) -> Response:
        """Answers at once what needs no worker, and hands on the rest."""
        interaction = self._doubtful.recall(request.interaction)
        request = replace(request, interaction=interaction)
        traceparent, audit = self._trace(interaction, traceparent)
        command = _meaning(interaction)
        if isinstance(command, ShowHelp):
            audit.info("incident.help.shown", "showed the help", outcome="accepted")
            return jsonify(messages.help_text(self._languages.learnt(interaction.user)).to_response())
        if isinstance(command, OpenForm) and interaction.kind is Kind.FORM:
            return self._refuse_blank(request, audit)
        if isinstance(command, OpenForm):
            return self._open_form(request, audit)
        if spec := opened_by(action_of(interaction.payload)):
            return self._open_form_of(spec, request, traceparent, began, audit)
        match self._publish(interaction, traceparent, began, audit):
            case _Published.YES:
                return self._acknowledge(interaction)
            case published:
                return self._hand_back(request, audit, in_doubt=published is _Published.UNKNOWN)

    def _take_again(
        self, press: Interaction, resend: Resend | None, traceparent: str, began: float
    ) -> Response:
        """Publishes the same interaction again, and shows the outcome in place of the message pressed in."""
        if resend is None:
            _, audit = self._trace(press, traceparent)
            audit.warning("incident.resend.rejected", "not this person's to send again", outcome="rejected")
            return Response()
        interaction = resend.interaction
        traceparent, audit = self._trace(interaction, traceparent)
        published = self._publish(interaction, traceparent, began, audit)
        if published is _Published.YES:
            message = plain(self._languages.known(press.user).received)
        else:
            in_doubt = resend.in_doubt or published is _Published.UNKNOWN
            message = self._handed_back(interaction, in_doubt=in_doubt)
        problem = self._respond(press.payload["response_url"], message, replace_original=True)
        _log_untold(audit, problem)
        return Response()

    def _trace(self, interaction: Interaction, traceparent: str) -> tuple[str, AuditLog]:
        """The trace of the request, one of its own where it brings none, and a log that bears it."""
        traceparent = traceparent if trace_id(traceparent) else _derived_traceparent(interaction.id)
        return traceparent, self._audit.bind(
            traceparent=traceparent,
            actor=interaction.user,
            run=interaction.id,
            kind=interaction.kind,
            channel=interaction.channel,
        )

    def _publish(
        self, interaction: Interaction, traceparent: str, began: float, audit: AuditLog
    ) -> _Published:
        try:
            self._publisher.publish(interaction, traceparent)
        except NotPublishedError as error:
            audit.error("incident.interaction.lost", f"not published: {error}", outcome="lost")
            return _Published.NO
        except PublishUnknownError as error:
            message = f"not known whether it was published: {error}"
            audit.error("incident.interaction.unknown", message, outcome="unknown")
            self._doubtful.remember(interaction)
            return _Published.UNKNOWN
        audit.info(
            "incident.interaction.accepted",
            f"accepted a {interaction.kind}",
            time=moment(interaction.received_at),  # before anything the worker says of it
            outcome="accepted",
            duration_ms=round((time.monotonic() - began) * 1000),
        )
        return _Published.YES

    def _refuse_blank(self, request: Request, audit: AuditLog) -> Response:
        """Says in the form, which stays open, what it needs."""
        audit.info("incident.form.incomplete", "the form lacks what it needs", outcome="rejected")
        spec = form_called(str(request.interaction.payload.get("callback_id", "")))
        locale = self._languages.known(request.interaction.user).locale
        form = spec.form(locale) if spec and spec.form else declare.form(locale)
        return jsonify(response_action="errors", errors={form.fields[0].id: form.blank})

    def _open_form(self, request: Request, audit: AuditLog) -> Response:
        view_id, say = self._opened(declare.form, request, audit)
        if not view_id:
            return jsonify(messages.form_did_not_open(say).to_response())
        return Response()

    def _open_form_of(
        self, spec: Spec[Any], request: Request, traceparent: str, began: float, audit: AuditLog
    ) -> Response:
        """Opens the form of a command at once; the worker shows in it what only the store knows."""
        request = replace(request, interaction=about(request.interaction))
        interaction = request.interaction
        view_id, say = self._opened(spec.form or declare.form, request, audit)
        if not view_id:
            message = messages.form_did_not_open(say, spec.text[say.locale])
            problem = self._respond(interaction.payload["response_url"], message, replace_original=False)
            _log_untold(audit, problem)
        elif time.monotonic() - began < _COMPLETED_WITHIN:
            more = {"view": view_id, "context": context(interaction), "locale": say.locale}
            opened = replace(interaction, payload={**interaction.payload, **more})
            self._publish(opened, traceparent, began, audit)  # without it the form does as it is
        return Response()

    def _opened(self, form: Callable[[str], Form], request: Request, audit: AuditLog) -> tuple[str, Words]:
        """Opens a form in the person's language, and says so in the log.

        Returns Slack's id of it, or empty where that fails, and the words that it is in.
        """
        began = time.monotonic()
        say = self._languages.learnt(request.interaction.user)
        view = forms.view(form(say.locale), context(request.interaction))
        seconds = _FORM_SECONDS - (time.monotonic() - began)
        view_id, problem = self._open_view(request.trigger_id, view, seconds)
        if problem:
            audit.error("incident.form.failed", f"the form did not open: {problem}", outcome="lost")
        else:
            audit.info("incident.form.opened", "opened the form", outcome="accepted")
        return view_id, say

    def _open_view(self, trigger_id: str, view: View, seconds: float = _FORM_SECONDS) -> tuple[str, str]:
        """Opens a modal. Returns its id and, where that fails, the kind of error."""
        try:
            client = WebClient(
                self._bot_token.values()[0],
                base_url=self._slack_api_url,
                timeout=seconds,  # type: ignore[arg-type]  # urllib, which it is for, takes fractions
                retry_handlers=[],  # a trigger_id serves once
            )
            opened = client.views_open(trigger_id=trigger_id, view=view)
        except (*_NOT_REACHED, SecretUnavailableError) as error:
            return "", type(error).__name__
        return str((opened.get("view") or {}).get("id") or "opened"), ""

    def _acknowledge(self, interaction: Interaction) -> Response:
        """What the person reads until the worker answers.

        In an incident's channel that is one line within a second, and enough.
        """
        is_command = interaction.kind is Kind.COMMAND
        if not is_command or begins_with_verb(str(interaction.payload.get("text", ""))):
            return Response()
        return jsonify(plain(self._languages.known(interaction.user).received).to_response())

    def _hand_back(self, request: Request, audit: AuditLog, *, in_doubt: bool) -> Response:
        """Tells the person at once, in the way that this kind of request allows."""
        interaction = request.interaction
        match interaction.kind:
            case Kind.COMMAND:
                return jsonify(self._handed_back(interaction, in_doubt=in_doubt).to_response())
            case Kind.FORM:  # stays open; submitted again, it is the same interaction
                say = self._languages.known(interaction.user)
                text = say.not_known_if_recorded_form if in_doubt else say.not_recorded_form
                return jsonify(response_action="errors", errors={request.input_block or TITLE: text})
            case Kind.BUTTON | Kind.SHORTCUT:
                _log_untold(audit, self._tell(request, in_doubt=in_doubt))
                return Response()
        return Response(status=503)  # an event: Slack sends it again by itself

    def _handed_back(self, interaction: Interaction, *, in_doubt: bool) -> Message:
        """What the person reads, with the button to send it again where it can have one."""
        say, resend = self._languages.known(interaction.user), resend_value(interaction, in_doubt=in_doubt)
        if interaction.kind is not Kind.COMMAND:
            tell = messages.press_not_known_if_recorded if in_doubt else messages.press_not_recorded
            return tell(say, resend)
        hand_back = messages.not_known_if_recorded if in_doubt else messages.not_recorded
        return hand_back(say, typed_text(interaction), resend)

    def _tell(self, request: Request, *, in_doubt: bool) -> str:
        """Tells the person who pressed a button or chose a shortcut.

        Slack shows them no answer to the request itself, but what is posted to its `response_url` or, where
        it has none, a modal. Returns what went wrong, or empty.
        """
        interaction = request.interaction
        url = interaction.payload["response_url"]
        if url:
            message = self._handed_back(interaction, in_doubt=in_doubt)
            return self._respond(url, message, replace_original=False)
        say = self._languages.known(interaction.user)
        tell = messages.press_not_known_if_recorded if in_doubt else messages.press_not_recorded
        _, problem = self._open_view(request.trigger_id, messages.notice(say, tell(say)))
        return problem

    def _respond(self, url: str, message: Message, *, replace_original: bool) -> str:
        """Posts to a `response_url`. Returns what went wrong, or empty."""
        try:
            if not is_same_site(url, self._slack_api_url):
                return "no place of Slack's to answer to"
            WebhookClient(url, timeout=_REPLY_SECONDS, retry_handlers=[]).send_dict(
                message.to_response(replace_original=replace_original)
            )
        except _NOT_REACHED as error:
            return type(error).__name__
        return ""


def entry_point() -> Callable[[HttpRequest], Response]:
    """The function that functions-framework serves as `slack`.

    Its clients are made on the first request: the server forks after it has loaded this module, and threads
    do not survive a fork.

    Raises:
        SettingsError: if a setting is missing or wrong.
    """
    settings = IntakeSettings.load()

    instance = once(lambda: make_intake(settings, AuditLog(settings.project)))

    def slack(request: HttpRequest) -> Response:
        return instance().handle(request)

    return slack


def make_intake(settings: IntakeSettings, audit: AuditLog) -> Intake:
    """An intake with real clients, as the settings say."""
    return Intake(
        verifier=Verifier(secret(settings.slack_signing_secret)),
        publisher=Publisher(settings.topic_path, settings.pubsub_emulator_host),
        bot_token=secret(settings.slack_bot_token),
        slack_api_url=settings.slack_api_url,
        say=words_for(settings.locale),
        timeline_emoji=settings.timeline_emoji,
        audit=audit,
    )


def _meaning(interaction: Interaction) -> Any:
    """The command as far as it can be known here; None for what only the worker, or a newer one, knows."""
    try:
        return parse(interaction, in_incident=False)
    except UnknownCommandError:
        return None


def _reject(audit: AuditLog, status: int, reason: str) -> Response:
    audit.warning("incident.request.rejected", reason, status=status, outcome="rejected")
    return Response(status=status)


def _log_untold(audit: AuditLog, problem: str) -> None:
    if problem:
        told = f"the person was not told: {problem}"
        audit.error("incident.reply.failed", told, outcome="lost")


def _derived_traceparent(interaction_id: str) -> str:
    """A trace for requests that bring none, the same however often the request is made."""
    number = int(digest(interaction_id, 52), 36)
    return f"00-{number % (1 << 128):032x}-{number % (1 << 64):016x}-01"
