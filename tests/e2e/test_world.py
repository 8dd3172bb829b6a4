"""The sandbox's folder: what is kept, and what a fresh start forgets."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from incident.runtime.settings import WorkerSettings
from incident.sandbox import verification
from incident.sandbox.state import FolderInUseError, StateFile
from incident.sandbox.world import World
from tests.e2e.by_hand import OPENER, TITLE, ByHand


def test_its_environment_is_what_the_settings_ask_for(tmp_path: Path) -> None:
    with World(tmp_path, processes=False) as world:
        settings = WorkerSettings.load(world.environment())
    assert settings.topic_path == world.pubsub.topic
    assert settings.store == f"sqlite:{tmp_path / 'incidents.sqlite'}"


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
