"""Hostile input: nothing crashes, no forged request gets in, no escape fails, every message is valid."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from incident.sandbox.slack.bot_link import signature
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import NOW, SECRET, TARGETS, requests, signatures

SAME_EVERY_TIME = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

texts = st.text(st.characters(), max_size=60)
pieces = st.sampled_from(
    [
        "&",
        "<",
        ">",
        "&amp;",
        "<@U1>",
        "<!channel>",
        "*",
        "`",
        "|",
        "\n",
        "\x00",
        "\u202e",
        "🔥",
        "\ud83d",
        "{x}",
        "%s",
    ]
)
mixed = (
    st.lists(pieces | texts, max_size=8).map("".join).map(lambda text: text.encode("utf-8", "surrogatepass"))
)


@pytest.mark.parametrize("name", TARGETS)
def test_the_examples_to_start_from(name: str) -> None:
    assert SEEDS.keys() == TARGETS.keys()
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes(name: str) -> None:
    @SAME_EVERY_TIME
    @given(st.binary(max_size=120) | mixed)
    def throw(data: bytes) -> None:
        TARGETS[name](data)

    throw()


@pytest.mark.parametrize("name", TARGETS)
def test_good_examples_with_a_little_changed(name: str) -> None:
    @SAME_EVERY_TIME
    @given(st.sampled_from(SEEDS[name]), st.data())
    def throw(seed: bytes, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(seed)))
        end = data.draw(st.integers(start, min(len(seed), start + 40)))
        TARGETS[name](seed[:start] + data.draw(st.binary(max_size=12)) + seed[end:])

    throw()


KEYS = """
type user team channel container id channel_id trigger_id response_url actions action_id value view
callback_id private_metadata state values title severity selected_option event event_id team_id challenge
selected_options selected_user selected_users selected_date_time rich_text_value elements block_id blocks
message ts message_ts thread_ts files name permalink text subtype reaction item edited bot_id authorizations
user_id is_bot
"""
WORDS = """
block_actions view_submission view_closed event_callback url_verification declare question.update
question.declare run.retry link.call sev1 sev9 {"channel":1} \ud800 message_action shortcut intake.resend
button checkboxes static_select users_select multi_users_select datetimepicker rich_text_input rich_text_list
input message reaction_added message_changed message_deleted channel_rename member_joined_channel
+1::skin-tone-2
"""
keys, words = st.sampled_from(KEYS.split()), st.sampled_from(WORDS.split())
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=20,
)


@SAME_EVERY_TIME
@given(st.dictionaries(keys, bodies, max_size=8), words)
@example({"type": "view_submission", "view": {"private_metadata": "[" * 20_000}}, "view_submission")
@example({"actions": [{"action_id": "\ud800", "value": "\udfff"}]}, "block_actions")
def test_json_that_looks_like_slacks(body: dict[str, Any], kind: str) -> None:
    for found in (body, {**body, "type": kind}):
        requests(b"j" + json.dumps(found).encode())
        requests(b"f" + urlencode({"payload": json.dumps(found)}).encode())


@SAME_EVERY_TIME
@given(
    st.dictionaries(st.sampled_from(["command", "text", "trigger_id", "user_id", "ssl_check"]) | texts, texts)
)
def test_forms_that_look_like_slacks(form: dict[str, str]) -> None:
    requests(b"f" + urlencode(form, errors="surrogatepass").encode())
    requests(b"f" + urlencode({**form, "command": "/incident"}, errors="surrogatepass").encode())


@SAME_EVERY_TIME
@given(st.binary(max_size=60), st.integers(-400, 400), st.binary(max_size=4), st.integers(0, 70))
def test_signatures_that_are_nearly_right(body: bytes, age: int, change: bytes, where: int) -> None:
    stamp = str(NOW - age)
    signed = signature(SECRET, stamp, body).encode()
    for claimed in (signed, signed[:where] + change + signed[where + len(change) :], signed.upper()):
        signatures(b"\n".join([stamp.encode(), claimed, body]))


@pytest.mark.parametrize("name", TARGETS)
def test_coverage_guided(name: str) -> None:
    """A few seconds of what `atheris_run.py` does for as long as one likes."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip(
            "NOT TESTED: atheris is not installed; `pip install atheris` in an environment of its own"
        )
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.atheris_run", name, "-max_total_time=3", "-verbosity=0"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
