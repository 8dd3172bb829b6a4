"""Stands for a module that is deployed."""
