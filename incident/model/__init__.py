"""What an incident is, how it changes, and the names made of it. Pure."""
