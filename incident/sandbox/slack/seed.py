"""A believable workspace to start from."""

from __future__ import annotations

import time
from collections.abc import Callable

from incident.sandbox.slack.workspace import SLACKBOT, Channel, Message, Team, User, UserGroup, Workspace

TEAM = Team("T0MAPLE", "Maple Digital", "maple-digital")
BOT = User("U0INCIDENT", "incident_bot", "Incident bot", "Incident bot", bot_id="B0INCIDENT")
_SLACKBOT = User(SLACKBOT, "slackbot", "Slackbot", "Slackbot", bot_id="B0SLACKBOT")
PEOPLE = (
    User("U0ALICE", "alice", "Alice Nguyen", "Alice Nguyen", "Site reliability", admin=True),
    User("U0BENOIT", "benoit", "Benoît Côté", "Benoît Côté", "Platform", locale="fr-CA"),
    User("U0CHIDI", "chidi", "Chidi Okafor", "Chidi", "Product", "Europe/London", locale="en-GB"),
    User("U0DANA", "dana", "Dana Whitefeather", "Dana W.", "Communications", "America/Winnipeg"),
    User("U0EMIL", "emil", "Emil Sørensen", "Emil Sørensen", "Security", "Europe/Copenhagen"),
    User("U0ZOE", "zoe", "Zoé Tremblay", "Zoé Tremblay", "Support"),
    User("U0ANA", "ana", "Ana Martins", "Ana", "Databases", "Europe/Lisbon"),
    User("U0ANALOPEZ", "ana.lopez", "Ana López", "Ana López", "Networks", "America/Mexico_City"),
)
"""Those who have an account of their own; two are called Ana, one has Slack in French, one is an admin."""

GUEST = User(
    "U0HUGO", "hugo", "Hugo Marchand", "Hugo", "Press agency", restricted=True, ultra_restricted=True
)
"""A guest of one channel, who can be invited to no other."""
LEFT = User("U0INGRID", "ingrid", "Ingrid Berg", "Ingrid", "Communications", deleted=True)
"""A person whose account is deactivated."""
STRANGER = User("U0SAM", "sam", "Sam Rivers", "Sam (Birch)", "Partner", team="T0BIRCH")
"""A person of another workspace, in no channel until `FakeSlack.share` puts them into one."""

ON_CALL = UserGroup("S0ONCALL", "on-call", "On call", ("U0ALICE", "U0BENOIT"))
COMMS = UserGroup("S0COMMS", "comms", "Communications", ("U0DANA", GUEST.id, LEFT.id))
"""One of its members can be invited, two cannot."""

_EVERYONE = tuple(user.id for user in PEOPLE)
_AGE = 400 * 86400
"""Seconds since the workspace was made."""


def seed(clock: Callable[[], float] = time.time) -> Workspace:
    """A new workspace: its people, the bot, two user groups, four public channels, one private, one direct.

    The bot is a member of `incident-sre` and of its direct message with Alice, and of nothing else.
    """
    workspace = Workspace(TEAM, BOT, clock)
    made = int(clock()) - _AGE
    for user in (_SLACKBOT, *PEOPLE, GUEST, LEFT, STRANGER):
        workspace.put(user)
    for group in (ON_CALL, COMMS):
        workspace.put(group)
    for channel in (
        Channel("C0GENERAL", "general", "public", "U0ALICE", made, _EVERYONE, purpose="For everybody"),
        Channel("C0RANDOM", "random", "public", "U0ALICE", made, (*_EVERYONE, GUEST.id)),
        Channel(
            "C0SRE",
            "incident-sre",
            "public",
            "U0ALICE",
            made,
            (*_EVERYONE, BOT.id),
            topic="Every incident is announced here",
        ),
        Channel("C0PLATFORM", "platform", "public", "U0BENOIT", made, ("U0ALICE", "U0BENOIT", "U0EMIL")),
        Channel("C0SECURITY", "security-response", "private", "U0EMIL", made, ("U0ALICE", "U0EMIL")),
        Channel("D0ALICE", "", "direct", "U0ALICE", made, ("U0ALICE", BOT.id)),
    ):
        workspace.put(channel)
    for channel_id, user_id, text in (
        ("C0GENERAL", "U0CHIDI", "Morning all :wave:"),
        ("C0PLATFORM", "U0BENOIT", "Deploying the new connection pool after lunch"),
        ("C0PLATFORM", "U0EMIL", "No objection from security"),
        ("C0RANDOM", "U0ZOE", "Il reste du gâteau à la cuisine"),
    ):
        workspace.put(Message(channel_id, workspace.new_ts(), user_id, text))
    return workspace
