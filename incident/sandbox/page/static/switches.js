/** The switches that break services, the processes that can be killed, and what Pub/Sub holds. */
import { h } from "./dom.js";

const TITLES = {
  slack: "Slack", drive: "Drive", docs: "Docs", sheets: "Sheets", meet: "Meet", calendar: "Calendar", pubsub: "Pub/Sub",
};

/**
 * @param {{services: object, modes: {id: string, title: string, says: string}[], processes: object[], pubsub: object}} state
 * @param {(action: string, body: object) => Promise<void>} does
 */
export function switches({ services, modes, processes, pubsub }, does) {
  return [
    h("section", {}, h("h3", {}, "Services"),
      h("p", { class: "hint" }, "Break one, declare an incident, mend it, and watch the incident heal."),
      Object.entries(services).map(([service, mode]) => setter(service, mode, modes, does)),
      h("button", { type: "button", class: "button", onclick: () => void does("mend", {}) }, "Mend everything")),
    processes.length > 0 && h("section", {}, h("h3", {}, "The bot's two functions"),
      h("p", { class: "hint" }, "One that crashes is started again at once, as Cloud Run would."), processes.map((process) => row(process, does))),
    queue(pubsub, does),
  ];
}

function setter(service, current, modes, does) {
  return h("fieldset", { class: `switch ${current}` }, h("legend", {}, TITLES[service] ?? service),
    modes.map(({ id, title, says }) => h("label", { title: says, class: id },
      h("input", {
        type: "radio", name: `switch-${service}`, value: id, checked: id === current,
        onchange: () => void does("switches", { service, mode: id }),
      }), h("span", {}, title))));
}

function row({ name, pid }, does) {
  return h("div", { class: "process" }, h("b", {}, `main.${name}`), h("span", { class: "facts" }, `process ${pid}`),
    h("button", { type: "button", class: "button danger", "aria-label": `Crash main.${name}`, onclick: () => void does("kill", { process: name }) }, "Crash"),
    h("button", { type: "button", class: "button", "aria-label": `Restart main.${name}`, onclick: () => void does("restart", { process: name }) }, "Restart"));
}

function queue({ paused, backoff, window: outstanding, waiting, deliveries, dead_letters: dead }, does) {
  return h("section", { class: "queue" }, h("h3", {}, "Pub/Sub"),
    h("label", { class: "box" },
      h("input", { type: "checkbox", checked: paused, onchange: (event) => void does("pause", { paused: event.target.checked }) }),
      " Hold deliveries back"),
    backoff > 0 && h("p", { class: "hint backoff" }, `Slowed down by refusals: one delivery every ${backoff.toPrecision(2)} s, ${outstanding} at a time.`),
    h("p", { class: "hint" }, "Cloud Scheduler has the worker look at what is due. ",
      h("button", { type: "button", class: "button", id: "tick", onclick: () => void does("tick", {}) }, "Tick now")),
    h("h4", {}, `Undelivered (${waiting.length})`),
    waiting.length === 0 ? h("p", { class: "hint" }, "Everything published has been delivered.") :
      h("ul", {}, waiting.map(({ id, kind, attempt }) => h("li", {}, h("code", {}, kind || id), ` attempt ${attempt}`))),
    h("h4", {}, "Last deliveries"),
    deliveries.length === 0 ? h("p", { class: "hint" }, "None yet.") :
      h("table", {}, h("tbody", {}, deliveries.map(delivery))),
    h("h4", {}, `Dead letters (${dead.length})`),
    dead.length === 0 ? h("p", { class: "hint" }, "None. A message refused too often ends here.") :
      h("ul", {}, dead.map(({ id, kind }) => h("li", {}, h("code", {}, kind || id), " ",
        h("button", { type: "button", class: "button", onclick: () => void does("replay", { message: id }) }, "Replay")))));
}

function delivery({ message_id: message, attempt, status, seconds, acknowledged }) {
  return h("tr", { class: acknowledged ? "good" : "bad" },
    h("td", {}, h("code", {}, message)), h("td", {}, `attempt ${attempt}`),
    h("td", {}, status === 0 ? "no answer" : `HTTP ${status}`), h("td", {}, `${seconds.toFixed(2)} s`));
}
