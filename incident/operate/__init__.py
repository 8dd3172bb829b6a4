"""For whoever deploys the bot: its Slack app, its files in Google Drive, and whether all is well."""
