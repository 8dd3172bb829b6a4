/** What a person typed, out of what Slack made of it: for somebody who edits a message of theirs. */
import { decoded } from "./mrkdwn.js";

/** The text as it was typed: handles and channel names instead of ids, entities decoded. */
export function typed(text, { handle, channel }) {
  const plain = text.replace(/<([^<>\n]+)>/g, (_, inside) => {
    const [target, label = ""] = inside.split("|");
    if (target.startsWith("@")) return `@${handle(target.slice(1))}`;
    if (target.startsWith("#")) return `#${channel(target.slice(1)) ?? label}`;
    if (target.startsWith("!subteam^")) return label || `@${handle(target.slice(9))}`;
    if (target.startsWith("!")) return `@${target.slice(1)}`;
    return target;
  });
  return decoded(plain);
}
