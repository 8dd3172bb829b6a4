"""Stands for the entry points."""
