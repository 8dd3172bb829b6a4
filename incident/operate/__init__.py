"""For operators: the Slack app, the files in Google Drive, the bot's health, its audit log, dead letters."""
