"""The bot in English."""

from incident.messages.words import Words
from incident.model import Severity, Status

ENGLISH = Words(
    locale="en",
    received="On it. One moment.",
    not_recorded=(
        "This was not recorded: the bot could not pass it on just now. "
        "Please send it again in a moment. Your words, ready to copy:"
    ),
    not_recorded_form=(
        "This was not recorded: the bot could not pass it on just now. Please press the button again."
    ),
    form_did_not_open="The form did not open just now. You can type it instead:",
    not_understood="The bot did not understand this. Here is what it understands:",
    ready=(
        "{channel} is ready. You are incident commander and operations lead for now; "
        "the first message there says what comes next."
    ),
    update_posted="Your update is in the channel.",
    help_title="What you can type",
    help_declare="starts an incident: a channel, a call, a report. Anyone may; when in doubt, do.",
    help_declare_form="asks you what went wrong first",
    help_in_channel="In an incident’s own channel",
    what_went_wrong="what went wrong",
    form_title="Start an incident",
    form_submit="Start",
    form_close="Cancel",
    form_question="What went wrong?",
    form_hint="A few words are enough. You can be wrong about it.",
    form_severity="How bad is it?",
    form_severity_hint="If you know; it can be judged later",
    form_blank="Please write a few words about what went wrong.",
    question="You are in an incident’s channel. Is this a new incident, or an update of this one?",
    question_declare="New incident",
    question_update="Update of this one",
    topic="IC {commander} · OL {operations_lead} · {status} · {title}",
    purpose="Where we work on this incident together: {title}",
    briefing_title="Incident",
    commander="Incident commander",
    operations_lead="Operations lead",
    severity="Severity",
    status="Status",
    join_call="Join the call",
    open_report="Open the report",
    next_title="{commander}, as incident commander, next:",
    next_steps=(
        "Hand the operations lead to someone who can give it their full attention.",
        "Tell communications, so that people hear it from us.",
        "Bring in whoever can help. Everybody may join.",
        "Keep notes in the report, or ask someone to.",
    ),
    everyone="Everyone: say here what you do as you do it. Nobody is to blame; we fix it together.",
    declared="Declared by {opener} {when}",
    call_bookmark="Call",
    report_bookmark="Incident report",
    update="Update from {person}",
    announcement_title="🚨 New incident: {title}",
    announcement="{commander} is incident commander. Join {channel} if you can help.",
    statuses={
        Status.INVESTIGATING: "Investigating",
        Status.IDENTIFIED: "Identified",
        Status.MONITORING: "Monitoring",
        Status.RESOLVED: "Resolved",
    },
    severities={
        Severity.SEV1: "SEV1, critical",
        Severity.SEV2: "SEV2, major",
        Severity.SEV3: "SEV3, minor",
        Severity.SEV4: "SEV4, slight",
    },
    severity_unknown="Not judged yet",
)
