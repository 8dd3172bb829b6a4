"""What a form that a person opens is about. Pure."""

from __future__ import annotations

from dataclasses import replace

from incident.commands.registry import ABOUT_PREFIX
from incident.model.interaction import Interaction, form_context


def about(press: Interaction) -> Interaction:
    """The press of a button whose form is about an incident elsewhere, as if in that incident's channel."""
    value = str(press.payload.get("value", ""))
    elsewhere = value.removeprefix(ABOUT_PREFIX)
    return press if elsewhere == value else replace(press, channel=elsewhere)


def context(interaction: Interaction) -> str:
    """What a form is opened with, which comes back with its answer."""
    payload = interaction.payload
    return form_context(
        interaction.channel,
        str(payload.get("response_url", "")),
        of=str(payload.get("value", "")),
        is_ephemeral=payload.get("is_ephemeral") is True,
    )
