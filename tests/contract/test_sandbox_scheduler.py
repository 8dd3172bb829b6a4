"""The sandbox's tick, against the job that is deployed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path

from incident.sandbox.scheduler import ATTRIBUTES, DATA, Scheduler

PUBSUB_TF = Path(__file__).parents[2] / "terraform" / "pubsub.tf"


def as_json(hcl: str) -> object:
    """An HCL object of literals: names without quotes, `=`, and one to a line or separated by commas."""
    quoted = re.sub(r"(\w+)\s*=\s*", r'"\1": ', hcl)
    return json.loads(re.sub(r"\n(?=\s*\")", ",\n", quoted).replace("{,", "{"))


def test_it_publishes_what_the_deployed_job_publishes() -> None:
    job = PUBSUB_TF.read_text().split('resource "google_cloud_scheduler_job" "tick"')[1]
    data = re.search(r"jsonencode\((\{.*?\n    \})\)", job, re.DOTALL)
    attributes = re.search(r"attributes = (\{.*?\})", job)
    assert data
    assert attributes
    assert json.loads(DATA) == as_json(data[1])
    assert as_json(attributes[1]) == ATTRIBUTES


class Topic:
    def __init__(self) -> None:
        self.published: list[tuple[bytes, Mapping[str, str]]] = []
        self.third = threading.Event()

    def publish(self, data: bytes, attributes: Mapping[str, str]) -> str:
        self.published.append((data, attributes))
        if len(self.published) == 3:
            self.third.set()
        return str(len(self.published))


def test_it_ticks_until_closed() -> None:
    topic = Topic()
    scheduler = Scheduler(topic.publish, 0.02)
    assert topic.third.wait(5)
    scheduler.close()
    count = len(topic.published)
    assert topic.published == [(DATA, ATTRIBUTES)] * count
    assert not threading.Event().wait(0.1)
    assert len(topic.published) == count


def test_without_an_interval_it_ticks_only_when_told_to() -> None:
    topic = Topic()
    scheduler = Scheduler(topic.publish, 0)
    assert not topic.third.wait(0.1)
    assert topic.published == []
    assert scheduler.tick() == "1"
    scheduler.close()
