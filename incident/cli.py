"""The `incident` command, for whoever runs or develops the bot."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "sandbox": ("incident.sandbox.command", "the bot and its whole world on this machine"),
    "manifest": ("incident.operate.manifest", "print the manifest of the Slack app"),
    "bootstrap": ("incident.operate.bootstrap", "make, or find, what the bot works with in Google Drive"),
    "doctor": ("incident.operate.doctor", "check everything that the bot depends on"),
    "audit": ("incident.operate.story", "print the whole story of one incident"),
    "replay": ("incident.operate.replay", "put dead letters back on the topic"),
}
"""By name: the module that has the command's `add_arguments` and `run`, and what the help says of it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out one command; the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="incident", description="The incident bot.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, about) in COMMANDS.items():
        command_parser = commands.add_parser(name, help=about)
        if name in arguments[:1]:  # of all commands only this one's modules are loaded
            command = import_module(module)
            command.add_arguments(command_parser)
            command_parser.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))
