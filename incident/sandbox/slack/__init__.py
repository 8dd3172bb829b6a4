"""Slack on a laptop: a stricter Web API, a workspace, and the people in it."""

from incident.sandbox.slack.methods import METHODS, scopes_of
from incident.sandbox.slack.people import NotPossibleError, Reply
from incident.sandbox.slack.stand_in import SlackStandIn
from incident.sandbox.slack.workspace import Workspace

__all__ = ["METHODS", "NotPossibleError", "Reply", "SlackStandIn", "Workspace", "scopes_of"]
