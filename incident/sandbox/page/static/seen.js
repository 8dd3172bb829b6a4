/** How far everybody has read each channel, kept in this browser. */
export class Seen {
  constructor() {
    this.upTo = JSON.parse(localStorage.getItem("seen") ?? "{}");
    // What was there before somebody first looked does not count as news.
    this.upTo.start ??= Date.now() / 1000;
    this.keep();
  }

  /** Notes that a person has the channel before them. */
  read({ person, channel }, messages) {
    const last = messages.at(-1);
    if (last === undefined || document.hidden) return;
    this.upTo[`${person} ${channel}`] = Number.parseFloat(last.ts);
    this.keep();
  }

  /** Whether there is something new from somebody else in a channel's messages. */
  unread(person, messages) {
    const last = messages.findLast(({ user }) => user !== person);
    if (last === undefined) return false;
    return Number.parseFloat(last.ts) > (this.upTo[`${person} ${last.channel}`] ?? this.upTo.start);
  }

  keep() {
    localStorage.setItem("seen", JSON.stringify(this.upTo));
  }
}
