"""What a person can have the bot do: one table of steps each."""
