"""What shows an incident to people: one module each."""
