"""What the page does when somebody uses it: a person in Slack, or a hand on the switches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from incident.sandbox.page.body import Body
from incident.sandbox.page.papers import papers

if TYPE_CHECKING:
    from incident.sandbox.page.switches import Switches
    from incident.sandbox.slack import Reply
    from incident.sandbox.world import World

    JsonObject = dict[str, Any]


class Actions:
    """Everything that can be done, by the name it has in the API."""

    def __init__(self, world: World, switches: Switches) -> None:
        """Acts on this world."""
        self._world = world
        self._switches = switches
        self._table: Mapping[str, Callable[[Body], JsonObject]] = {
            "type": self._type,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "unreact": self._unreact,
            "unpin": self._unpin,
            "rename": self._rename,
            "topic": self._topic,
            "archive": self._archive,
            "unarchive": self._unarchive,
            "join": self._join,
            "leave": self._leave,
            "open": self._open,
            "shortcut": self._shortcut,
            "message_shortcut": self._message_shortcut,
            "press": self._press,
            "press_in_view": self._press_in_view,
            "submit": self._submit,
            "close": self._close,
            "switches": self._switch,
            "mend": self._mend,
            "pause": self._pause,
            "tick": self._tick,
            "replay": self._replay,
            "kill": self._kill,
            "restart": self._restart,
            **papers(world.google.person),
        }

    def do(self, action: str, body: Mapping[str, Any]) -> JsonObject:
        """Does it.

        Returns:
            `notice`: words for the person that nothing else on the page tells them; empty if there are none.
            `channel`: of `open`, the id of the conversation.

        Raises:
            KeyError: there is no such action, or nothing such as it names.
            ValueError: the body lacks something, or the person cannot do that.
        """
        return self._table[action](Body(body))

    def _type(self, body: Body) -> JsonObject:
        # What Slack says to it appears as a message, so there is nothing to be noticed beside it.
        place = body.text("user"), body.text("channel")
        self._world.slack.type(*place, body.text("text"), body.optional("thread"))
        return _notice("")

    def _edit(self, body: Body) -> JsonObject:
        place = body.text("user"), body.text("channel"), body.text("ts")
        self._world.slack.edit(*place, body.text("text"))
        return _notice("")

    def _delete(self, body: Body) -> JsonObject:
        self._world.slack.delete(body.text("user"), body.text("channel"), body.text("ts"))
        return _notice("")

    def _react(self, body: Body) -> JsonObject:
        place = body.text("user"), body.text("channel"), body.text("ts")
        self._world.slack.react(*place, body.text("name"))
        return _notice("")

    def _unreact(self, body: Body) -> JsonObject:
        place = body.text("user"), body.text("channel"), body.text("ts")
        self._world.slack.unreact(*place, body.text("name"))
        return _notice("")

    def _unpin(self, body: Body) -> JsonObject:
        self._world.slack.unpin(body.text("user"), body.text("channel"), body.text("ts"))
        return _notice("")

    def _rename(self, body: Body) -> JsonObject:
        self._world.slack.rename(body.text("user"), body.text("channel"), body.text("name"))
        return _notice("")

    def _topic(self, body: Body) -> JsonObject:
        self._world.slack.set_topic(body.text("user"), body.text("channel"), body.text("topic"))
        return _notice("")

    def _archive(self, body: Body) -> JsonObject:
        self._world.slack.archive(body.text("user"), body.text("channel"))
        return _notice("")

    def _unarchive(self, body: Body) -> JsonObject:
        self._world.slack.unarchive(body.text("user"), body.text("channel"))
        return _notice("")

    def _join(self, body: Body) -> JsonObject:
        self._world.slack.join(body.text("user"), body.text("channel"))
        return _notice("")

    def _leave(self, body: Body) -> JsonObject:
        self._world.slack.leave(body.text("user"), body.text("channel"))
        return _notice("")

    def _open(self, body: Body) -> JsonObject:
        return {**_notice(""), "channel": self._world.slack.open_direct(body.text("user"))}

    def _shortcut(self, body: Body) -> JsonObject:
        return _shown(self._world.slack.global_shortcut(body.text("user"), body.text("shortcut")))

    def _message_shortcut(self, body: Body) -> JsonObject:
        place = body.text("user"), body.text("channel"), body.text("ts")
        return _shown(self._world.slack.message_shortcut(*place, body.text("shortcut")))

    def _press(self, body: Body) -> JsonObject:
        place = body.text("user"), body.text("channel"), body.text("ts")
        return _shown(self._world.slack.press(*place, body.text("action"), body.entry("entry")))

    def _press_in_view(self, body: Body) -> JsonObject:
        place = body.text("user"), body.text("view"), body.text("action")
        entered = body.entries("entries")
        return _shown(self._world.slack.press_in_view(*place, body.entry("entry"), entered))

    def _submit(self, body: Body) -> JsonObject:
        reply = self._world.slack.submit(body.text("user"), body.text("view"), body.entries("entries"))
        return _notice("") if reply.errors else _shown(reply)  # errors stand in the modal

    def _close(self, body: Body) -> JsonObject:
        return _shown(self._world.slack.close(body.text("user"), body.text("view")))

    def _switch(self, body: Body) -> JsonObject:
        self._switches.turn(body.text("service"), body.text("mode"))
        return _notice("")

    def _mend(self, _body: Body) -> JsonObject:
        self._switches.mend()
        return _notice("")

    def _pause(self, body: Body) -> JsonObject:
        self._world.pubsub.paused = body.truth("paused")
        return _notice("")

    def _tick(self, _body: Body) -> JsonObject:
        self._world.tick()
        return _notice("")

    def _replay(self, body: Body) -> JsonObject:
        wanted = body.text("message")
        found = next((letter for letter in self._world.pubsub.dead_letters if letter.id == wanted), None)
        if found is None:
            raise KeyError(wanted)
        self._world.pubsub.replay(found)
        return _notice("")

    def _kill(self, body: Body) -> JsonObject:
        if self._world.processes is None:
            raise ValueError("the functions are not the sandbox's own processes")
        self._world.processes.kill(body.text("process"))
        return _notice("Crashed. It is started again.")

    def _restart(self, body: Body) -> JsonObject:
        if self._world.processes is None:
            raise ValueError("the functions are not the sandbox's own processes")
        self._world.processes.restart(body.text("process"))
        return _notice("Restarted.")


def _shown(reply: Reply) -> JsonObject:
    return _notice(reply.shown)


def _notice(words: str) -> JsonObject:
    return {"notice": words}
