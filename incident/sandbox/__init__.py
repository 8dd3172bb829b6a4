"""Slack, Google Workspace and Pub/Sub on a laptop; imported by nothing else, and not deployed."""
