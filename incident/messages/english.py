"""The bot in English."""

from incident.messages.words import Words
from incident.model.incident import Deliverable, Status

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
    not_known_if_recorded="It is not known whether this was recorded: no answer came in time.",
    not_known_if_recorded_form=(
        "It is not known whether this was recorded: no answer came in time. "
        "Please press the button again; it does no harm: it counts once."
    ),
    resend_is_harmless="Send again does no harm: it counts once.",
    resend_not_possible=(
        "There is no button to send it again this time. Please wait a minute, and send it again only if "
        "nothing has come of it."
    ),
    resend="Send again",
    your_words="Your words, ready to copy:",
    notice_title="Sorry",
    form_did_not_open="The form did not open just now. You can type it instead:",
    ready=(
        "{channel} is ready. You are incident commander and operations lead for now; "
        "the first message there says what comes next."
    ),
    help_title="What you can type",
    help_declare="declares an incident: a channel, a call, a report. Anyone may; when in doubt, do.",
    help_declare_form="asks you what went wrong first",
    help_in_channel="In an incident’s own channel",
    write_it="Write it",
    what_went_wrong="what went wrong",
    form_close="Cancel",
    question="You are in an incident’s channel. Is this a new incident, or an update on this one?",
    question_declare="New incident",
    question_update="Update on this one",
    topic="IC {commander} · OL {operations_lead} · {status} · {title}",
    purpose="Where we work on this incident together: {title}",
    briefing_title="🚨 Incident",
    headline="{kind}: {title}",
    commander="Incident commander",
    operations_lead="Operations lead",
    severity="Severity",
    status="Status",
    join_call="Join the call",
    open_report="Open the report",
    next_title="{commander}, you have command. First:",
    next_steps=(
        "Hand the operations lead role to a person who can give it their full attention.",
        "Tell communications, so that people hear it from us.",
        "Bring in whoever can help. Everybody may join.",
        "Keep notes in the report, or ask someone to.",
    ),
    everyone="Everyone: say here what you do as you do it. Nobody is to blame; we fix it together.",
    declared="Declared by {opener} {when}",
    bookmarks={"call_bookmark": "Call", "report_bookmark": "Incident report"},
    last_update="Last update, from {person} {when}",
    announcement_title="🚨 New incident: {title}",
    announcement="{commander} is incident commander. Join {channel} if you can help.",
    board_facts="{severity} · {status} · declared {when}",
    late="{thing} is late: {why}. The bot tries again every minute. {by_hand}",
    failed="{thing} failed: {why}. {by_hand} Once the cause is gone, Retry does the rest.",
    retry="Retry",
    retry_failed="{thing} failed again: {why}.",
    meanwhile="What is there already:",
    not_answering="{service} is not answering",
    not_known_yet="{service} has not confirmed it yet, which takes up to a minute and a half",
    busy="{service} is busy",
    refused="{service} refuses it, which those who look after the bot can mend ({reason})",
    deliverables={
        Deliverable.CHANNEL: "The incident channel",
        Deliverable.CALL: "The call",
        Deliverable.REPORT: "The incident report",
        Deliverable.BRIEFING: "The pinned briefing",
        Deliverable.INVITATIONS: "Your invitation to the incident channel",
        Deliverable.ON_CALL: "The invitation of the people on call",
        Deliverable.TOPIC: "The channel’s topic",
        Deliverable.BOOKMARKS: "The bookmark bar",
        Deliverable.TRACKING: "The row in the tracking spreadsheet",
        Deliverable.ANNOUNCEMENT: "The announcement to the reliability team",
        Deliverable.LINE: "The line about your change",
    },
    there={
        Deliverable.CHANNEL: "The incident channel is ready:",
        Deliverable.CALL: "The call is ready:",
        Deliverable.REPORT: "The incident report is ready:",
        Deliverable.BRIEFING: "The briefing is pinned.",
        Deliverable.INVITATIONS: "You are invited now:",
        Deliverable.ON_CALL: "The people on call are invited now.",
        Deliverable.TOPIC: "The channel’s topic is set.",
        Deliverable.BOOKMARKS: "The links are in the bookmark bar.",
        Deliverable.TRACKING: "The row is in the tracking spreadsheet.",
        Deliverable.ANNOUNCEMENT: "The reliability team has been told.",
        Deliverable.LINE: "The channel has been told of your change.",
    },
    by_hand={
        Deliverable.CHANNEL: "Meanwhile, please make a channel by hand and meet there.",
        Deliverable.CALL: "Meanwhile, please start a huddle here.",
        Deliverable.REPORT: "Meanwhile, please keep notes in this channel.",
        Deliverable.BRIEFING: "Meanwhile, what there is of it is here.",
        Deliverable.INVITATIONS: "Meanwhile, please join the channel by hand.",
        Deliverable.ON_CALL: "Meanwhile, please invite them by hand.",
        Deliverable.TOPIC: "Meanwhile, please say here who is incident commander.",
        Deliverable.BOOKMARKS: "Meanwhile, the links are here.",
        Deliverable.TRACKING: "There is nothing you need to do.",
        Deliverable.ANNOUNCEMENT: "Meanwhile, please tell the reliability team by hand.",
        Deliverable.LINE: "It is recorded; meanwhile, please say it in the channel yourself.",
    },
    the_bot="a part of the bot",
    statuses={
        Status.INVESTIGATING: "Investigating",
        Status.IDENTIFIED: "Identified",
        Status.MONITORING: "Monitoring",
        Status.RESOLVED: "Resolved",
    },
    severity_unknown="Severity not set",
)
