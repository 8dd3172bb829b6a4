"""Pub/Sub on a laptop."""
