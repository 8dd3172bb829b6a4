"""The `incident` command, for whoever runs or develops the bot."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out one command; the exit status."""
    from incident.sandbox import command as sandbox  # noqa: PLC0415 - not there where the bot is deployed

    parser = argparse.ArgumentParser(prog="incident", description="The incident bot.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    about = "the bot and its whole world on this machine"
    sandbox_parser = commands.add_parser("sandbox", help=about)
    sandbox.add_arguments(sandbox_parser)
    sandbox_parser.set_defaults(run=sandbox.run)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))
