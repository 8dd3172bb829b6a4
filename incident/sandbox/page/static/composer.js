/** Where a person types, with what `/incident` can do as a hint, and the first words to try. */
import { fill, h } from "./dom.js";

const FIRST_WORDS = "/incident database is down";

/** The composer. `draw` it with every new state. */
export class Composer {
  /**
   * @param {{send: (text: string, thread?: string) => Promise<object>, edit: (ts: string, text: string) => Promise<object>,
   *     join: () => Promise<object>, failed: (error: Error) => void}} does
   */
  constructor(does) {
    this.does = does;
    this.target = null;
    this.about = document.getElementById("about");
    this.offered = [];
    this.draft = document.getElementById("draft");
    this.hints = document.getElementById("hints");
    this.form = document.getElementById("composer");
    this.join = document.getElementById("join");
    this.sender = this.form.querySelector("[type=submit]");
    document.getElementById("about-nothing").addEventListener("click", () => this.leaveThread());
    this.join.addEventListener("click", () => void does.join().catch(does.failed));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.draft.addEventListener("keydown", (event) => this.key(event));
    this.draft.addEventListener("input", () => this.typed());
    this.draft.addEventListener("blur", () => { this.hints.hidden = true; });
  }

  draw(state, { person, channel }) {
    const { name, kind, members, archived } = state.channels.find(({ id }) => id === channel);
    const joined = members.includes(person);
    const inIncident = name.startsWith("incident-2");
    this.offered = state.hints.filter(({ in_incident }) => inIncident || !in_incident);
    this.form.classList.toggle("archived", archived);
    this.draft.disabled = archived;
    this.sender.disabled = archived;
    this.join.hidden = joined || archived;
    const to = `Message ${kind === "direct" ? "" : "#"}${name}`;
    this.draft.placeholder = archived ? `You are viewing #${name}, an archived channel` : joined ? `${to}, or type /incident …` : `You are not in #${name}; /incident works all the same`;
    const incidents = state.channels.some((candidate) => candidate.name.startsWith("incident-2"));
    fill(document.getElementById("welcome"), name === "general" && !incidents && this.welcome());
  }

  /** What to do first. */
  welcome() {
    return h("section", { class: "welcome" },
      h("h3", {}, "Something is wrong?"),
      h("p", {}, "Type it where you are, in any channel, and press Enter. The bot does the rest in seconds."),
      h("button", { type: "button", class: "try", onclick: () => this.suggest(FIRST_WORDS) }, h("code", {}, FIRST_WORDS)));
  }

  /** What is typed next goes into the thread of this message. */
  reply(ts, name) {
    this.aim({ thread: ts }, `Reply in the thread, to ${name}`);
  }

  /** What is typed next takes the place of this message's words, which are in the box already. */
  change(ts, words) {
    this.aim({ edited: ts }, "Edit your message");
    this.suggest(words);
  }

  /** What is typed next is a message of its own again. */
  leaveThread() {
    if (this.target === null) return;
    if (this.target.edited) this.draft.value = "";
    this.target = null;
    this.about.hidden = true;
    this.typed();
  }

  aim(target, words) {
    this.leaveThread();
    this.target = target;
    this.about.hidden = false;
    this.about.querySelector("span").textContent = words;
    this.focus();
  }

  suggest(text) {
    this.draft.value = text;
    this.typed();
    this.focus();
  }

  focus() {
    this.draft.focus();
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void this.send();
    } else if (event.key === "Escape") {
      this.leaveThread();
    } else if (event.key === "Tab" && !event.shiftKey && /^\/[a-z]*$/.test(this.draft.value)) {
      event.preventDefault();
      this.suggest("/incident ");
    }
  }

  typed() {
    this.draft.style.height = "auto";
    this.draft.style.height = `${this.draft.scrollHeight + 2}px`;
    const text = this.draft.value;
    const fitting = this.offered.filter(({ typed }) => text.startsWith("/") && (typed.startsWith(text) || text.startsWith("/incident")));
    this.hints.hidden = fitting.length === 0;
    fill(this.hints, fitting.map(({ typed, argument, says }) =>
      h("button", { type: "button", tabindex: -1, onmousedown: (event) => {
        event.preventDefault();
        this.suggest(typed);
      } }, h("b", {}, typed), h("i", {}, argument), h("span", {}, says))));
  }

  /** The words leave the box once they have arrived; if they do not, they stay. */
  async send() {
    const text = this.draft.value.trim();
    if (text === "" || this.form.classList.contains("sending")) return;
    this.form.classList.add("sending");
    this.draft.readOnly = true;
    try {
      const { thread, edited } = this.target ?? {};
      await (edited ? this.does.edit(edited, text) : this.does.send(text, thread));
      this.draft.value = "";
      if (edited) this.leaveThread(); // in a thread people go on talking
      this.typed();
    } catch (error) {
      this.does.failed(error);
    } finally {
      this.form.classList.remove("sending");
      this.draft.readOnly = false;
      this.focus();
    }
  }
}
