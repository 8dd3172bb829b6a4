"""The Slack function: everything that happens between Slack's request and our answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPException

from flask import Request as HttpRequest
from flask import Response, jsonify
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from incident.commands import TITLE, OpenForm, ShowHelp, parse_form, parse_text
from incident.intake.publisher import NotPublishedError, Publisher
from incident.intake.requests import (
    Check,
    MalformedRequestError,
    NothingToDo,
    Request,
    form_context,
    read,
)
from incident.intake.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier
from incident.messages import intake as messages
from incident.messages.locales import words_for
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.interaction import Interaction, Kind
from incident.model.naming import digest
from incident.runtime.audit import AuditLog, moment, trace_id
from incident.runtime.http import read_body
from incident.runtime.instance import once
from incident.runtime.secrets import Secret, SecretUnavailableError, secret
from incident.runtime.settings import IntakeSettings, is_same_site

BODY_LIMIT = 1 << 20
"""Bytes. Slack's largest requests, submitted forms, stay far below."""

_FORM_SECONDS = 2
_REPLY_SECONDS = 1

_NOT_REACHED = (SlackClientError, OSError, HTTPException, ValueError)
"""What Slack's clients raise when Slack refuses or breaks off, or an answer or address is none."""


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
        audit: AuditLog,
    ) -> None:
        """Everything it talks to is passed in."""
        self._verifier = verifier
        self._publisher = publisher
        self._bot_token = bot_token
        self._slack_api_url = slack_api_url
        self._say = say
        self._audit = audit

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
            request = read(body, http.headers.get("Content-Type", ""), datetime.now(UTC))
        except MalformedRequestError as error:
            return _reject(audit, 400, str(error))
        match request:
            case Check(challenge):
                return jsonify(challenge=challenge) if challenge else Response()
            case NothingToDo():
                return Response()
            case Request(interaction):
                if not trace_id(traceparent):
                    traceparent = _derived_traceparent(interaction.id)
                return self._take(request, traceparent, began)

    def _take(self, request: Request, traceparent: str, began: float) -> Response:
        """Answers at once what needs nobody else, and hands on the rest."""
        interaction = request.interaction
        audit = self._audit.bind(
            traceparent=traceparent,
            actor=interaction.user,
            run=interaction.id,
            kind=interaction.kind,
            channel=interaction.channel,
        )
        if interaction.kind is Kind.COMMAND:
            command = parse_text(interaction.payload["text"], in_incident=False)
            if isinstance(command, ShowHelp):
                audit.info("incident.help.shown", "showed the help", outcome="accepted")
                return jsonify(messages.help_text(self._say).to_response())
            if isinstance(command, OpenForm):
                return self._open_form(request, audit)
        if interaction.kind is Kind.FORM and isinstance(parse_form(interaction.payload["values"]), OpenForm):
            audit.info("incident.form.incomplete", "the form has no title", outcome="rejected")
            return jsonify(response_action="errors", errors={TITLE: self._say.form_blank})
        try:
            self._publisher.publish(interaction, traceparent)
        except NotPublishedError as error:
            audit.error("incident.interaction.lost", f"not published: {error}", outcome="lost")
            return self._say_not_recorded(interaction, audit)
        milliseconds = round((time.monotonic() - began) * 1000)
        audit.info(
            "incident.interaction.accepted",
            f"accepted a {interaction.kind}",
            time=moment(interaction.received_at),  # before anything the worker says of it
            outcome="accepted",
            duration_ms=milliseconds,
        )
        return self._acknowledge(interaction)

    def _open_form(self, request: Request, audit: AuditLog) -> Response:
        try:
            client = WebClient(
                self._bot_token.values()[0],
                base_url=self._slack_api_url,
                timeout=_FORM_SECONDS,
                retry_handlers=[],  # a trigger_id serves once
            )
            client.views_open(
                trigger_id=request.trigger_id,
                view=messages.form(self._say, form_context(request.interaction)),
            )
        except (*_NOT_REACHED, SecretUnavailableError) as error:
            message = f"the form did not open: {type(error).__name__}"
            audit.error("incident.form.failed", message, outcome="lost")
            return jsonify(messages.form_did_not_open(self._say).to_response())
        audit.info("incident.form.opened", "opened the form", outcome="accepted")
        return Response()

    def _acknowledge(self, interaction: Interaction) -> Response:
        """What the person reads until the worker answers."""
        if interaction.kind is not Kind.COMMAND:
            return Response()
        return jsonify(messages.plain(self._say.received).to_response())

    def _say_not_recorded(self, interaction: Interaction, audit: AuditLog) -> Response:
        """Tells the person at once, in the way that this kind of request allows; the status stays 200."""
        match interaction.kind:
            case Kind.COMMAND:
                return jsonify(messages.not_recorded(self._say, interaction.payload["text"]).to_response())
            case Kind.FORM:
                return jsonify(response_action="errors", errors={TITLE: self._say.not_recorded_form})
            case Kind.BUTTON:
                self._reply(interaction, messages.plain(self._say.not_recorded_form), audit)
                return Response()
        return Response(status=503)  # an event: Slack sends it again by itself

    def _reply(self, interaction: Interaction, message: Message, audit: AuditLog) -> None:
        """Slack shows nobody the answer to a button; its `response_url` does."""
        url = interaction.payload["response_url"]
        problem = "" if is_same_site(url, self._slack_api_url) else "no place of Slack's to answer to"
        try:
            if not problem:
                WebhookClient(url, timeout=_REPLY_SECONDS, retry_handlers=[]).send_dict(
                    message.to_response(replace_original=False)
                )
        except _NOT_REACHED as error:
            problem = type(error).__name__
        if problem:
            told = f"the person was not told: {problem}"
            audit.error("incident.reply.failed", told, outcome="lost")


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
        audit=audit,
    )


def _reject(audit: AuditLog, status: int, reason: str) -> Response:
    audit.warning("incident.request.rejected", reason, status=status, outcome="rejected")
    return Response(status=status)


def _derived_traceparent(interaction_id: str) -> str:
    """A trace for requests that bring none, the same however often the request is made."""
    number = int(digest(interaction_id, 52), 36)
    return f"00-{number % (1 << 128):032x}-{number % (1 << 64):016x}-01"
