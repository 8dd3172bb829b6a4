"""What the Slack stand-in refuses to show."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from incident.sandbox.slack import blocks as block_kit
from incident.sandbox.slack import mrkdwn
from tests.contract.sandbox_slack.support import (
    SRE,
    actions,
    button,
    error,
    modal,
    options,
    overflow,
    refusal,
    static_select,
    users_select,
)


def _section(text: str, **more: object) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


@pytest.mark.parametrize(
    ("blocks", "path"),
    [
        ([_section("x" * 3001)], "/blocks/0/text/text"),
        ([_section("")], "/blocks/0/text/text"),
        ([_section("a & b")], "/blocks/0/text/text"),
        ([_section("x", colour="red")], "/blocks/0"),
        ([{"type": "section"}], "/blocks/0"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "/blocks/0/text/text"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/text/type"),
        ([{"type": "marquee"}], "/blocks/0/type"),
        ([{"type": "divider"}] * 51, "/blocks"),
        (actions(), "/blocks/0/elements"),
        (actions(*(button(f"b{n}") for n in range(26))), "/blocks/0/elements"),
        (actions(button(), button()), "action_id 'press_me' is used 2 times"),
        ([_section("x", block_id="a"), _section("y", block_id="a")], "block_id 'a' is used 2 times"),
        (actions(button(value="x" * 2001)), "/blocks/0/elements/0/value"),
        (actions(button(url="ftp://x")), "/blocks/0/elements/0/url"),
        (actions(button(style="loud")), "/blocks/0/elements/0/style"),
        ([_section("x", fields=[{"type": "mrkdwn", "text": "x" * 2001}])], "/blocks/0/fields/0/text"),
        ([_section("x", accessory={"type": "static_select", "options": []})], "/blocks/0/accessory/options"),
        (actions(overflow("a")), "/blocks/0/elements/0/options"),
        (actions(overflow(*"abcdef")), "/blocks/0/elements/0/options"),
        (actions(overflow("a", "b", placeholder={"type": "plain_text", "text": "x"})), "/elements/0"),
        (actions(static_select(*map(str, range(101)))), "/blocks/0/elements/0/options"),
        (actions(static_select("x" * 76)), "/blocks/0/elements/0/options/0/text/text"),
        (actions(static_select("a", initial_option=options("b")[0])), "initial option 'b'"),
        (actions(static_select("a", option_groups=[])), "options"),
        (
            actions(static_select("a", placeholder={"type": "plain_text", "text": "x" * 151})),
            "placeholder/text",
        ),
        (
            actions({**static_select("a"), "options": [{**options("a")[0], "value": "x" * 151}]}),
            "/blocks/0/elements/0/options/0/value",
        ),
        (
            actions({**static_select("a"), "options": [{**options("a")[0], "url": "https://x.org"}]}),
            "/blocks/0/elements/0/options/0",
        ),
        (actions(users_select(initial_users=["U0ALICE"])), "/blocks/0/elements/0"),
        (actions(users_select(action_id="x" * 256)), "/blocks/0/elements/0/action_id"),
        (actions(users_select(), users_select()), "action_id 'who' is used 2 times"),
        (actions({"type": "multi_users_select", "action_id": "x"}), "/blocks/0/elements/0/type"),
        ([_section("x", accessory={"type": "datetimepicker", "action_id": "x"})], "/blocks/0/accessory/type"),
        (actions({"type": "datepicker", "initial_date": "2026-02-30"}), "/blocks/0/elements/0/initial_date"),
        (actions({"type": "timepicker", "initial_time": "9:30"}), "/blocks/0/elements/0/initial_time"),
        (
            actions({"type": "datetimepicker", "initial_date_time": 1795478400000}),
            "/blocks/0/elements/0/initial_date_time",
        ),
        ([{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}], "/blocks/0/elements"),
    ],
)
def test_broken_block_kit_is_refused(refusing: WebClient, blocks: list[Any], path: str) -> None:
    answer = refusal(lambda: refusing.chat_postMessage(channel=SRE, text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert any(path in message for message in answer["response_metadata"]["messages"])


def test_menus_of_all_kinds_in_a_message() -> None:
    link = {**options("c")[0], "url": "https://x.org/"}
    row = actions(
        users_select(initial_user="U0ALICE", placeholder={"type": "plain_text", "text": "Who?"}),
        static_select(*map(str, range(100)), initial_option=options("7")[0]),
        {**overflow("a", "b"), "options": [*options(*"abde"), link]},
        *(button(f"b{n}") for n in range(22)),
    )
    assert (
        block_kit.problems([*row, _section("x", accessory=overflow("a", "b", action_id="z"))], "message")
        == []
    )


@pytest.mark.parametrize(
    "text",
    [
        "<@U0ALICE> <@U0ALICE|alice> <#C0SRE|incident-sre> <!subteam^S0ONCALL> <!here>",
        "<https://x.org/a?b=1&amp;c=2|two words> <mailto:a@x.org|mail> &lt;b&gt; &amp;amp;",
        "<!date^1392734382^{date_num} {time}|2014-02-18>",
        "> quoted\n>again",
    ],
)
def test_good_mrkdwn(text: str) -> None:
    assert list(mrkdwn.problems(text)) == []


@pytest.mark.parametrize(
    "text",
    ["a & b", "a < b", "a > b", "<@U1>", "<!everybody>", "<script>", "<x.org|x>", "&nbsp;", "<https://x.org"],
)
def test_bad_mrkdwn(refusing: WebClient, text: str) -> None:
    assert error(lambda: refusing.chat_postMessage(channel=SRE, text=text)) == "invalid_arguments"


def test_views_are_checked() -> None:
    def title(words: str) -> dict[str, str]:
        return {"type": "plain_text", "text": words}

    assert block_kit.view_problems(modal()) == []
    without = modal()
    del without["submit"]
    choosers = [
        {"type": "actions", "elements": [users_select(focus_on_load=True, action_id=name)]} for name in "ab"
    ]
    assert block_kit.view_problems(modal(blocks=choosers[:1])) == []
    wrong = [
        without,
        modal(blocks=choosers),
        modal(title=title("x" * 25)),
        modal(private_metadata="x" * 3001),
        modal(size="large"),
    ]
    assert all(block_kit.view_problems(view) for view in wrong)
