"""What a person can have the bot do: one file each, in `registry` by name. Pure."""
