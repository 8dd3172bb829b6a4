"""Runs workflows: tables of steps that survive whatever happens between any two calls. Knows no service."""
