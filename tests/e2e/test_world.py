"""The sandbox's folder: what is kept, and what a fresh start forgets."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from incident.model.interaction import Interaction
from incident.runtime.publisher import Publisher
from incident.runtime.settings import WorkerSettings
from incident.sandbox import scheduler, verification
from incident.sandbox.state import FolderInUseError, StateFile
from incident.sandbox.world import DEPLOYED_DELIVERY, World
from tests.e2e.by_hand import OPENER, TITLE, ByHand


def test_its_environment_is_what_the_settings_ask_for(tmp_path: Path) -> None:
    with World(tmp_path, processes=False) as world:
        settings = WorkerSettings.load(world.environment())
    assert settings.topic_path == world.pubsub.topic
    assert settings.store == f"sqlite:{tmp_path / 'incidents.sqlite'}"


def test_its_environment_lets_the_worker_publish_to_its_own_topic(tmp_path: Path) -> None:
    with World(tmp_path, processes=False, tick_seconds=0) as world:
        world.pubsub.paused = True
        environment = world.environment()
        topic = f"projects/{environment['GOOGLE_CLOUD_PROJECT']}/topics/{environment['INCIDENT_TOPIC']}"
        message = replace(Interaction.from_message(scheduler.DATA), id="again-1")
        Publisher(topic, environment["PUBSUB_EMULATOR_HOST"]).publish(message, "")
        (waiting,) = world.pubsub.snapshot()["undelivered"]
    assert waiting["message"]["attributes"]["id"] == "again-1"


def test_it_ticks_at_its_interval_and_when_told_to(tmp_path: Path) -> None:
    with World(tmp_path, processes=False, tick_seconds=0) as world:
        world.pubsub.paused = True
        assert world.settled()
        number = world.tick()
        assert not world.settled()
    with World(tmp_path, processes=False, tick_seconds=0.05) as world:
        world.pubsub.paused = True
        deadline = time.monotonic() + 5
        while len(ticks := world.pubsub.snapshot()["undelivered"]) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert number in [one["message"]["id"] for one in ticks]
    assert {one["message"]["attributes"]["kind"] for one in ticks} == {"tick"}


def test_it_delivers_as_deployed_if_asked_to(tmp_path: Path) -> None:
    terraform = (Path(__file__).parents[2] / "terraform" / "pubsub.tf").read_text()
    backoffs = dict(re.findall(r'(minimum|maximum)_backoff = "(\d+)s"', terraform))
    assert backoffs == {"minimum": "5", "maximum": "60"}
    with World(tmp_path, processes=False, realistic_pubsub=True) as world:
        assert (world.pubsub.minimum_backoff, world.pubsub.maximum_backoff) == (5, 60)
        assert world.pubsub.flow.limits == DEPLOYED_DELIVERY.limits
    functions = (Path(__file__).parents[2] / "terraform" / "functions.tf").read_text()
    assert f"ack_deadline_seconds   = {DEPLOYED_DELIVERY.ack_deadline:g}" in functions
    with World(tmp_path, processes=False) as world:
        assert world.pubsub.maximum_backoff <= 10
        assert world.pubsub.flow.limits.longest_backoff <= 1


def runs_of(world: World, runs: str, *, columns: str = "id TEXT, state TEXT, due REAL") -> None:
    """Makes the bot's store one that has these runs, in SQL; `NOW` is the time."""
    with closing(sqlite3.connect(world.store)) as store, store:
        store.executescript(f"DROP TABLE IF EXISTS runs; CREATE TABLE runs ({columns})")
        if runs:
            store.executescript(f"INSERT INTO runs VALUES {runs.replace('NOW', str(time.time()))}")


@pytest.mark.parametrize(
    ("run", "settled"),
    [
        ("('a', 'waiting', NOW + 5)", False),
        ("('a', 'running', NOW - 100)", False),
        ("('a', 'waiting', NOW + 100)", True),
        ("('a', 'waiting', NULL)", True),
        ("('a', 'done', NOW)", True),
        ("('a', 'done', NULL), ('b', 'waiting', NOW)", False),
    ],
)
def test_a_run_that_is_due_soon_is_work(run: str, settled: bool, tmp_path: Path) -> None:
    with World(tmp_path, processes=False, tick_seconds=0) as world:
        runs_of(world, run)
        assert world.settled() is settled
        assert world.wait_until_settled(0.2) is settled
        assert not world.settled(within=1000) or "100" not in run


def test_it_waits_for_the_store_too(tmp_path: Path) -> None:
    with World(tmp_path, processes=False, tick_seconds=0) as world:
        runs_of(world, "('a', 'waiting', NOW)")
        threading.Timer(0.3, lambda: runs_of(world, "('a', 'done', NULL)")).start()
        started = time.monotonic()
        assert world.wait_until_settled(10)
        assert 0.25 < time.monotonic() - started < 5
        world.unfinished = lambda within: int(within == 7)
        assert not world.settled(within=7)
        assert world.settled()


def test_a_store_that_cannot_tell_says_nothing_is_due(tmp_path: Path) -> None:
    with World(tmp_path, processes=False, tick_seconds=0) as world:
        assert not world.store.exists()
        assert world.settled()
        world.store.touch()
        assert world.settled()
        runs_of(world, "('a', 'waiting')", columns="id TEXT, state TEXT")
        assert world.settled()


def test_a_world_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with World(tmp_path, processes=False, page_url="http://127.0.0.1:1") as world:
        ByHand(world).everything()
        world.pubsub.publish(b"undelivered", {"kind": "test"})
        workspace = world.workspace
    (tmp_path / "notes.txt").write_text("mine")

    with World(tmp_path, processes=False, page_url="http://127.0.0.1:1") as world:
        assert world.workspace == workspace
        assert verification.inspect(world.slack.workspace, world.google, title=TITLE, opener=OPENER).ok
        assert [w["message"]["attributes"] for w in world.pubsub.snapshot()["undelivered"]] == [
            {"kind": "test"}
        ]

    (tmp_path / "incidents.sqlite").touch()
    (tmp_path / "incidents.sqlite-wal").touch()
    with World(tmp_path, processes=False, fresh=True) as world:
        assert world.workspace != workspace
        assert world.settled()
        assert verification.everything(world.slack.workspace, world.google).isdisjoint(
            [workspace.template_id]
        )
    assert {path.name for path in tmp_path.iterdir()} == {"audit.jsonl", "lock", "notes.txt", "state.json"}


def test_a_store_without_the_world_it_belongs_to_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"format": 0}')
    (tmp_path / "incidents.sqlite").touch()
    with World(tmp_path, processes=False):
        assert not (tmp_path / "incidents.sqlite").exists()


def test_two_worlds_do_not_share_a_folder(tmp_path: Path) -> None:
    with World(tmp_path, processes=False), pytest.raises(FolderInUseError, match="Another sandbox"):
        World(tmp_path, processes=False)
    World(tmp_path, processes=False).close()


def test_closing_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with World(tmp_path, processes=False) as world:
        ByHand(world).everything()
    deadline = time.monotonic() + 3
    while set(threading.enumerate()) > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(threading.enumerate()) <= before


def test_saves_soon_after_a_change_and_not_without_one(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json")
    versions = [0]
    saves: list[int] = []

    def snapshot() -> dict[str, int]:
        saves.append(versions[0])
        return {"version": versions[0]}

    file.keep(lambda: versions[0], snapshot)
    time.sleep(1.2)
    versions[0] = 1
    time.sleep(1.2)
    versions[0] = 2
    file.close()
    assert saves == [0, 1, 2]
    assert StateFile(tmp_path / "state.json").load() == {"format": 1, "version": 2}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_what_cannot_be_read_is_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    assert StateFile(path).load() is None
