/** The workspace: what is shown follows from the sandbox's state, who you are, and the channel in the address. */
import { follow, post } from "./api.js";
import { Backstage } from "./backstage.js";
import { Composer } from "./composer.js";
import { drawConversation, messagesFor } from "./conversation.js";
import { showModal } from "./modal.js";
import { namesIn } from "./people.js";
import { Seen } from "./seen.js";
import { drawSidebar, visibleTo } from "./sidebar.js";

let state = null;
let person = localStorage.getItem("person");
const seen = new Seen();
const dialog = document.getElementById("modal");
const backstage = new Backstage({ tell, failed: complain });
const composer = new Composer({
  send: (text) => post("type", { user: person, channel: here(), text }),
  join: () => post("join", { user: person, channel: here() }),
  failed: complain,
});

/** The channel in the address, where there is such a one, else the first that the person is in. */
function here() {
  const visible = visibleTo(state, person);
  const wanted = visible.find(({ id }) => id === location.hash.slice(1));
  return (wanted ?? visible.find(({ name }) => name === "general") ?? visible[0]).id;
}

function draw() {
  if (state === null) return;
  const people = state.people.filter(({ bot }) => !bot);
  if (!people.some(({ id }) => id === person)) person = people[0].id;
  const place = { person, channel: here() };
  const setting = {
    names: namesIn(state),
    people,
    bots: new Set(state.people.filter(({ bot }) => bot).map(({ id }) => id)),
    act: (ts, action, entry = null) => tell("press", { user: person, channel: here(), ts, action, entry }),
  };
  seen.read(place, messagesFor(state, place.channel, person));
  drawSidebar(state, place, ({ id }) => id !== place.channel && seen.unread(person, messagesFor(state, id, person)));
  drawConversation(state, place, setting);
  composer.draw(state, place);
  drawModal(state.views.find(({ user }) => user === person), setting);
  backstage.draw(state);
}

function drawModal(view, setting) {
  const acting = { ...setting, act: (action, entry = null) => tell("press_in_view", { user: person, view: view.id, action, entry }) };
  showModal(dialog, view, acting, {
    submit: (id, entries) => tell("submit", { user: person, view: id, entries }),
    close: (id) => tell("close", { user: person, view: id }),
  });
}

/** Does something, and says so when Slack has anything to say about it. */
async function tell(action, body) {
  try {
    const { notice } = await post(action, body);
    if (notice) complain(new Error(notice));
  } catch (error) {
    complain(error);
  }
}

/** Says, for a while, what went wrong. */
function complain(error) {
  const toast = document.getElementById("toast");
  toast.textContent = error.message;
  toast.hidden = false;
  clearTimeout(complain.timer);
  complain.timer = setTimeout(() => { toast.hidden = true; }, 8000);
}

/** Opens or folds a side, and says so to who cannot see it. */
function toggle(side, open) {
  document.body.classList.toggle(`no-${side}`, !open);
  document.body.classList.toggle(`with-${side}`, open);
  for (const control of document.querySelectorAll(`[aria-controls=${side}]`)) control.setAttribute("aria-expanded", String(open));
}

document.getElementById("person").addEventListener("change", (event) => {
  person = event.target.value;
  localStorage.setItem("person", person);
  draw();
});
document.getElementById("open-sidebar").addEventListener("click", () => toggle("sidebar", !document.body.classList.contains("with-sidebar")));
document.getElementById("toggle-backstage").addEventListener("click", (event) => toggle("backstage", event.currentTarget.getAttribute("aria-expanded") !== "true"));
window.addEventListener("hashchange", () => {
  toggle("sidebar", false);
  draw();
  composer.focus();
});
toggle("backstage", window.matchMedia("(min-width: 1100px)").matches);

await follow(
  (changed) => {
    state = changed;
    draw();
  },
  (connected) => {
    document.getElementById("connection").textContent = connected ? "" : "The sandbox does not answer.";
  },
);
