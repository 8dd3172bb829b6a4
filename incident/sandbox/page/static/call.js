/** What stands where the video call would be. */
import { h } from "./dom.js";

/** A waiting room: the sandbox has calls without cameras. */
export function call(space) {
  return h("article", { class: "call" },
    h("div", { class: "stage", "aria-hidden": "true" }, "🎥"),
    h("h2", {}, space.code),
    h("p", {}, "The call is open and stays open. Nobody's camera is on: this is the sandbox."),
    h("dl", {},
      h("dt", {}, "Link"), h("dd", {}, h("code", {}, space.link)),
      h("dt", {}, "Space"), h("dd", {}, h("code", {}, space.name)),
      h("dt", {}, "Who gets in without knocking"), h("dd", {}, h("code", {}, space.access || "not set"))));
}
