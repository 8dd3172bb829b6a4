"""The incident bot: one command in Slack starts, carries and closes an incident."""
