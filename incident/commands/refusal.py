"""Telling a person, them alone, why what they did counts for nothing, and what they can do instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from incident.commands.spec import Scope, Spec


class Reason(StrEnum):
    """Why something counts for nothing."""

    NOT_ASKED = "not_asked"
    OFFER_CLOSED = "offer_closed"
    NOT_COMMANDER = "not_commander"
    NOT_CALLED = "not_called"
    OTHER_WORKSPACE = "other_workspace"
    NOT_A_PERSON = "not_a_person"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOTHING_TO_RETRY = "nothing_to_retry"
    TIMELINE_FULL = "timeline_full"
    NOT_RESOLVED = "not_resolved"
    CLOSED = "closed"
    QUESTION_OLD = "question_old"
    ARCHIVED = "archived"


WORDS = {
    "en": {
        Reason.NOT_ASKED: (
            "This is for {who} to answer. If you mean to take command yourself, type /incident ic."
        ),
        Reason.OFFER_CLOSED: "That is settled otherwise. To take command, type /incident ic.",
        Reason.NOT_COMMANDER: "This is for the incident commander, {who}, to say.",
        Reason.NOT_CALLED: "Thank you. You were not called this time; you are welcome to help all the same.",
        Reason.OTHER_WORKSPACE: (
            "Only people of this workspace can change an incident. "
            "Say it in the channel, and one of them will."
        ),
        Reason.NOT_A_PERSON: "{who} cannot take part: choose a person of this workspace.",
        Reason.NOTHING_TO_UNDO: (
            "There is nothing to undo: a change can be taken back for ten minutes, by who made it or by the "
            "incident commander. To correct an older one, say it anew."
        ),
        Reason.NOTHING_TO_RETRY: "Nothing waits for a retry: all is done, or the bot is at it.",
        Reason.TIMELINE_FULL: (
            "The timeline has no room for more messages. Say what matters in a note: /incident note."
        ),
        Reason.NOT_RESOLVED: (
            "This incident is open, so there is nothing to reopen. To say what is new, type /incident update."
        ),
        Reason.CLOSED: (
            "This incident is closed already: the line in its channel says what becomes of it. To go on with "
            "it, type /incident reopen there."
        ),
        Reason.QUESTION_OLD: "That was asked a while ago. To close the incident, type /incident close again.",
        Reason.ARCHIVED: (
            "The channel of this incident is archived, and Slack lets only people change that: open the "
            "channel, press its name, then Settings, then Unarchive. I come back by myself and reopen the "
            "incident."
        ),
    },
    "fr": {
        Reason.NOT_ASKED: (
            "C’est à {who} de répondre. Pour prendre vous-même la direction, tapez /incident resp."
        ),
        Reason.OFFER_CLOSED: "C’est réglé autrement. Pour prendre la direction, tapez /incident resp.",
        Reason.NOT_COMMANDER: "C’est à {who}, responsable de l’incident, de le dire.",
        Reason.NOT_CALLED: (
            "Merci. On ne vous a pas appelé cette fois-ci; votre aide est bienvenue tout de même."
        ),
        Reason.OTHER_WORKSPACE: (
            "Seules les personnes de cet espace de travail peuvent modifier un incident. Dites-le dans le "
            "canal, et l’une d’elles le fera."
        ),
        Reason.NOT_A_PERSON: (
            "{who} ne peut pas participer : choisissez une personne de cet espace de travail."
        ),
        Reason.NOTHING_TO_UNDO: (
            "Il n’y a rien à annuler : un changement peut l’être pendant dix minutes, par la personne qui "
            "l’a fait ou par la personne responsable de l’incident. Pour en corriger un plus ancien, "
            "dites-le de nouveau."
        ),
        Reason.NOTHING_TO_RETRY: "Rien n’attend un nouvel essai : tout est fait, ou le robot s’en occupe.",
        Reason.TIMELINE_FULL: (
            "Le journal n’a plus de place pour d’autres messages. Dites l’essentiel dans une note : "
            "/incident note."
        ),
        Reason.NOT_RESOLVED: (
            "Cet incident est ouvert : il n’y a rien à rouvrir. Pour dire ce qu’il y a de nouveau, "
            "tapez /incident maj."
        ),
        Reason.CLOSED: (
            "Cet incident est déjà fermé : la ligne dans son canal dit ce qu’il en advient. Pour le "
            "reprendre, tapez-y /incident rouvrir."
        ),
        Reason.QUESTION_OLD: (
            "Cette question date d’il y a quelque temps. Pour fermer l’incident, tapez de nouveau "
            "/incident fermer."
        ),
        Reason.ARCHIVED: (
            "Le canal de cet incident est archivé, et Slack ne laisse que des personnes y changer quelque "
            "chose : ouvrez le canal, cliquez sur son nom, puis Paramètres, puis Désarchiver. Je reviens de "
            "moi-même et je rouvre l’incident."
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Refuse:
    """Say why something counts for nothing.

    Attributes:
        reason: a `Reason`.
        who: Slack user id of the person that the reason names; empty for none.
    """

    reason: str
    who: str = ""


COMMAND = Spec(Refuse, workflow="refusal", scope=Scope.ANYWHERE)
