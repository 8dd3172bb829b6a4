"""What the report says: its facts with how each is known, and the entries of its timeline. Plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from incident.commands.findings import DISCOVERIES
from incident.commands.update import ENDS, STATUSES
from incident.messages.words import Locale, Words
from incident.model.facts import Fact, FactKind
from incident.model.incident import Incident, Role, Status
from incident.model.parts import When
from incident.model.slack_text import readable
from incident.model.story import Held, Taken, Told

Name = Callable[[str], str]
"""What a person is called, by their Slack user id."""


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The report's words in one language.

    Attributes:
        beginning: stands above the entries; `{zone}` is that of their times, `{emoji}` marks a message.
        not_yet, unknown: where a moment has not come, or is not known.
        said, done_by: who said so, or did it, as `{person}`; behind a moment.
        from_source: how it is known when it was noticed: from the message that it was declared from.
        since, before: a value's time, and the values that it had before.
        roles: their names.
        declared, update, note, did, decision, action, now, reopened, closed: before people's words.
        severity, status: before what was set.
        offers: command that is offered to `{person}`.
        rejected: a decision that does not stand.
        somebody, sheet: who said it, where that is no person.
        edited, deleted: a message that was changed, or is gone, in Slack.
        wordless: stands for the words of a message that has none.
        taken_out: an entry that does not count any more, but that a person has edited.
    """

    beginning: str
    not_yet: str
    unknown: str
    said: str
    done_by: str
    from_source: str
    since: str
    before: str
    roles: Mapping[str, str]
    declared: str
    update: str
    note: str
    did: str
    decision: str
    action: str
    now: str
    reopened: str
    closed: str
    severity: str
    status: str
    offers: str
    rejected: str
    somebody: str
    sheet: str
    edited: str
    deleted: str
    wordless: str
    taken_out: str


_PICTURES = {"memo": "📝"}

COLON: Mapping[Locale, str] = {"en": ":", "fr": "\u00a0:"}

WORDS: Mapping[Locale, ReportWords] = {
    "en": ReportWords(
        beginning=(
            "Time zone: {zone}. React with {emoji} to a message in the channel and it appears here; what "
            "you write here yourself stays as you wrote it."
        ),
        not_yet="not yet",
        unknown="not known yet",
        said="says {person}",
        done_by="by {person}",
        from_source="from the message it was declared from",
        since="since {time}",
        before="before: {values}",
        roles={
            Role.INCIDENT_COMMANDER: "Incident commander",
            Role.OPERATIONS_LEAD: "Operations lead",
            Role.COMMUNICATIONS_LEAD: "Communications lead",
            Role.SCRIBE: "Scribe",
        },
        declared="Declared the incident",
        update="Update",
        note="Note",
        did="Done",
        decision="Decision",
        action="Action",
        now="now",
        reopened="Reopened",
        closed="Closed the incident.",
        severity="Severity:",
        status="Status:",
        offers="Offers incident command to {person}.",
        rejected="(The incident commander did not agree.)",
        somebody="the incident bot",
        sheet="someone in the spreadsheet",
        edited="(edited)",
        deleted="(since deleted in Slack)",
        wordless="a message without text",
        taken_out="Taken out by {person}, {time}.",
    ),
    "fr": ReportWords(
        beginning=(
            "Fuseau horaire : {zone}. Réagissez par {emoji} à un message du canal et il s’ajoute ici; ce "
            "que vous écrivez ici reste tel quel."
        ),
        not_yet="pas encore",
        unknown="pas encore connu",
        said="selon {person}",
        done_by="par {person}",
        from_source="d’après le message d’origine",
        since="depuis {time}",
        before="avant : {values}",
        roles={
            Role.INCIDENT_COMMANDER: "Responsable de l’incident",
            Role.OPERATIONS_LEAD: "Responsable des opérations",
            Role.COMMUNICATIONS_LEAD: "Responsable des communications",
            Role.SCRIBE: "Scribe",
        },
        declared="A ouvert l’incident",
        update="Mise à jour",
        note="Note",
        did="Fait",
        decision="Décision",
        action="Tâche",
        now="maintenant",
        reopened="Rouvert",
        closed="A fermé l’incident.",
        severity="Gravité :",
        status="État :",
        offers="Propose la direction à {person}.",
        rejected="(La personne qui dirige l’incident n’était pas d’accord.)",
        somebody="le robot des incidents",
        sheet="quelqu’un, dans la feuille de suivi",
        edited="(modifié)",
        deleted="(supprimé depuis dans Slack)",
        wordless="un message sans texte",
        taken_out="Retiré par {person}, {time}.",
    ),
}


def emoji(name: str) -> str:
    """A reaction as people know it: the picture of the usual one, another by its name between colons."""
    return _PICTURES.get(name, f":{name}:")


def stamp(at: datetime, timezone: tzinfo) -> str:
    """A moment with day and zone: incidents last for days, and across changes of the clocks."""
    return f"{at.astimezone(timezone):%Y-%m-%d %H:%M %Z}"


def known_as(at: datetime | None, how: str, missing: str, timezone: tzinfo) -> str:
    """A moment and, in brackets, how it is known; `missing` where there is none."""
    if at is None:
        return missing
    return f"{stamp(at, timezone)} ({how})" if how else stamp(at, timezone)


def over_time(
    words: ReportWords, values: Sequence[Held], label: Callable[[str], str], timezone: tzinfo
) -> str:
    """What a field holds now and, where it has changed, since when, and what it held before.

    Args:
        words: the language.
        values: those it has had, oldest first; the last may be empty for nothing.
        label: what one is called.
        timezone: of the times.
    """
    if not values:
        return ""
    *earlier, now = values
    shown = label(now.value)
    if not earlier:
        return shown
    passed = [
        f"{label(one.value)} ({words.since.format(time=stamp(one.since, timezone))})" for one in earlier
    ]
    since = words.since.format(time=stamp(now.since, timezone))
    return f"{shown}, {since}; {words.before.format(values=', '.join(passed))}"


def author(say: Words, thing: Told, name: Name) -> str:
    """Who said it; of a message that could not be read that is not known."""
    words = WORDS[say.locale]
    if thing.mark:
        return thing.mark.author_name or name(thing.mark.author) or say.somebody
    return (source(words, thing.fact, name) if thing.fact else "") or words.somebody


def source(words: ReportWords, fact: Fact, name: Name) -> str:
    """The person who stated a fact, or the spreadsheet that it was read from; empty for neither."""
    if fact.by:
        return name(fact.by)
    return words.sheet if fact.data.get("origin") == "spreadsheet" else ""


def kind(say: Words, thing: Told, incident: Incident, name: Name) -> str:
    """What kind of thing it is, and what was set: all but people's own words."""
    words, fact = WORDS[say.locale], thing.fact
    if fact is None:
        is_silent = thing.mark and thing.mark.is_read and not own_words(thing, str)
        return words.wordless if is_silent else ""
    match fact.kind:
        case FactKind.SEVERITY_SET:
            return f"{words.severity} {say.severity_named(str(fact.data.get('severity') or ''))}"
        case FactKind.STATUS_SET:
            return f"{words.status} {_status(say, fact)}"
        case FactKind.UPDATE_POSTED:
            return f"{words.update} ({_status(say, fact)})" if fact.data.get("status") else words.update
        case FactKind.RESOLVED:
            return _end(say, str(fact.data.get("outcome") or ""))
        case FactKind.CLOSED if thing.copy:
            return words.closed.removesuffix(".")
        case FactKind.ACTION_ADDED:
            is_now = incident.actions.get(fact.run, {}).get("when") == When.NOW
            return f"{words.action} ({words.now})" if is_now else words.action
        case FactKind.ROLE_TAKEN | FactKind.ROLES_GIVEN | FactKind.COMMAND_ACCEPTED:
            return _roles(words, fact, name)
        case _:
            plain = _PLAIN.get(FactKind(fact.kind))
            return plain(words) if plain else ""


_PLAIN: Mapping[FactKind, Callable[[ReportWords], str]] = {
    FactKind.DECLARED: lambda words: words.declared,
    FactKind.NOTED: lambda words: words.note,
    FactKind.DID: lambda words: words.did,
    FactKind.DECIDED: lambda words: words.decision,
    FactKind.REOPENED: lambda words: words.reopened,
    FactKind.CLOSED: lambda words: words.closed,
}


def _end(say: Words, outcome: str) -> str:
    """That it is over; what kind of end it was, where that is an uncommon one."""
    ends = {str(one): label for one, label in ENDS[say.locale].items()}
    return ends.get(outcome, STATUSES[say.locale][Status.RESOLVED])


def discovery(say: Words, learnt: str) -> str:
    """How we learnt of it, within a sentence; empty where that is not known."""
    label = {str(one): label for one, label in DISCOVERIES[say.locale].items()}.get(learnt, "")
    return label[:1].lower() + label[1:]


def _status(say: Words, fact: Fact) -> str:
    labels = {str(status): label for status, label in STATUSES[say.locale].items()}
    return labels.get(str(fact.data.get("status")), str(fact.data.get("status")))


def _roles(words: ReportWords, fact: Fact, name: Name) -> str:
    """Who has which role now, and to whom command is offered."""
    given = dict(fact.data.get("roles", {}))
    if fact.kind == FactKind.ROLE_TAKEN:
        given = {str(fact.data["role"]): str(fact.data["user"])}
    elif fact.kind == FactKind.COMMAND_ACCEPTED:
        given = {str(Role.INCIDENT_COMMANDER): fact.by}
    said = [f"{words.roles.get(role, role)} → {name(user) if user else '–'}." for role, user in given.items()]
    if offered := fact.data.get("offered"):
        said.append(words.offers.format(person=name(str(offered))))
    return " ".join(said)


def own_words(thing: Told, written: Callable[[str], str]) -> str:
    """People's own words, lines and all, or where the copy of a channel is; empty where there is neither.

    Args:
        thing: what happened.
        written: the words of a text as Slack sent it.
    """
    if thing.mark:
        files = [f"📎 {one.name} {one.url}".strip() for one in thing.mark.files]
        return "\n".join([readable(thing.mark.text), *files]).strip()
    data = thing.fact.data if thing.fact else {}
    if thing.fact and thing.fact.kind == FactKind.DECLARED:
        return str(data.get("title", ""))
    if thing.copy:
        return thing.copy
    text = next((str(data[name]) for name in ("text", "fix", "reason") if data.get(name)), "")
    return written(text)


def entry(who: str, kind: str, own: str, remark: str, locale: Locale) -> str:
    """The words of an entry: who, what kind of thing it is, people's own words, and a remark.

    Each may be empty but the first; `locale` decides how a colon stands.
    """
    said = f"{kind}{COLON[locale]} {own}" if kind and own else kind or own
    return f"{who} · {' '.join(part for part in (said, remark) if part)}"


def remark(words: ReportWords, thing: Told, incident: Incident) -> str:
    """What is to be said of it besides; empty for nothing."""
    if thing.mark:
        return words.deleted if thing.mark.is_deleted else words.edited if thing.mark.is_edited else ""
    is_rejected = thing.fact and incident.decisions.get(thing.fact.run, {}).get("rejected_by")
    return words.rejected if is_rejected else ""


def taken_out(words: ReportWords, taken: Taken, name: Name, timezone: tzinfo) -> str:
    """That an entry does not count any more."""
    person = name(taken.by) if taken.by else words.somebody
    return words.taken_out.format(person=person, time=stamp(taken.at, timezone))
