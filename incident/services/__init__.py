"""What the bot needs of each service, in its own words; every failure told apart by what helps."""
