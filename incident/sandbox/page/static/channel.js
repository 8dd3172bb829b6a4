/** What a person can do with a channel as a whole, for the menu beside its name. */
import { confirmed, entered } from "./confirm.js";
import { typed } from "./speech.js";

/**
 * @param {object} channel
 * @param {{person: string, limited: boolean, names: object, tell: (action: string, body: object) => Promise<void>}} setting
 *     `limited`: whether the person is a guest or of another workspace, who can only leave.
 */
export function channelItems(channel, { person, limited, names, tell }) {
  const { id, name, kind, topic, members, archived } = channel;
  if (kind === "direct") return [];
  const place = { user: person, channel: id };
  if (archived) return limited ? [] : [{ label: "Unarchive channel", does: () => void tell("unarchive", place) }];
  if (!members.includes(person)) return [];
  const keeping = [
    { label: "Rename channel …", does: () => void rename() },
    { label: "Set the topic …", does: () => void setTopic() },
    ...(name === "general" ? [] : [{ label: "Archive channel …", look: "danger", does: () => void archive() }]),
  ];
  const leaving = name === "general" ? [] : [{ label: `Leave #${name}`, does: () => void tell("leave", place) }];
  return [...leaving, ...(limited ? [] : keeping)];

  async function rename() {
    const wanted = await entered({ title: "Rename this channel", label: "Channel name", value: name, longest: 80, yes: "Save changes", required: true });
    if (wanted !== null && wanted !== name) await tell("rename", { ...place, name: wanted });
  }

  async function setTopic() {
    const before = typed(topic, names);
    const words = await entered({ title: "Edit topic", label: "Topic", value: before, longest: 250, yes: "Save" });
    if (words !== null && words !== before) await tell("topic", { ...place, topic: words });
  }

  async function archive() {
    const sure = await confirmed({
      title: "Archive this channel?", yes: "Archive channel", no: "Cancel", danger: true,
      text: ["No one will be able to send messages to it, and everybody is put out of it, the bot too. It can still be read."],
    });
    if (sure) await tell("archive", place);
  }
}
