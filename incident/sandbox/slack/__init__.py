"""Slack on a laptop: a stricter Web API, a workspace, and the people in it."""

from incident.sandbox.slack.fake import FakeSlack
from incident.sandbox.slack.interactions import NotPossibleError, Reply
from incident.sandbox.slack.methods import METHODS, scopes_of
from incident.sandbox.slack.shortcuts import Shortcut
from incident.sandbox.slack.workspace import Workspace

__all__ = ["METHODS", "FakeSlack", "NotPossibleError", "Reply", "Shortcut", "Workspace", "scopes_of"]
