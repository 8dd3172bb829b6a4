"""Stands for the sandbox, which is not."""
