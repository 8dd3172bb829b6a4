/** Where a link in a message leads to in the sandbox: its own report, spreadsheet and call, or outside. */
const VIEWS = [
  [/^http:\/\/(?:127\.0\.0\.1|localhost):\d+(\/(?:document|spreadsheet|folder|meet)\/[\w-]+)/, (path) => path],
  [/^https:\/\/docs\.google\.com\/document\/d\/([\w-]+)/, (id) => `/document/${id}`],
  [/^https:\/\/docs\.google\.com\/spreadsheets\/d\/([\w-]+)/, (id) => `/spreadsheet/${id}`],
  [/^https:\/\/drive\.google\.com\/drive\/folders\/([\w-]+)/, (id) => `/folder/${id}`],
  [/^https:\/\/meet\.google\.com\/([a-z0-9-]+)/, (code) => `/meet/${code}`],
  [/^https:\/\/(?:[\w-]+\.)?slack\.com\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6})\b)?/, place],
  [/^https:\/\/(?:[\w-]+\.)?slack\.com\/app_redirect\?.*?\bchannel=([A-Z0-9]+)/, (id) => `/#${id}`],
  [/^http:\/\/(?:127\.0\.0\.1|localhost):\d+\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6})\b)?/, place],
  [/^slack:\/\/channel\?.*?\bid=([A-Z0-9]+)/, (id) => `/#${id}`],
];

/** A channel or, in it, the message of a permalink. https://docs.slack.dev/reference/methods/chat.getPermalink */
function place(id, seconds, fraction) {
  return seconds === undefined ? `/#${id}` : `/#${id}/${seconds}.${fraction}`;
}

/**
 * What an anchor to `url` needs: `{href, target, rel, title}`; `null` for anything a browser should not follow
 * from a chat message (`javascript:` and the like).
 */
export function anchor(url) {
  for (const [pattern, path] of VIEWS) {
    const found = pattern.exec(url);
    if (found) {
      const href = path(...found.slice(1));
      if (!href.startsWith("/#")) return { href, target: "_blank", title: url };
      return { href: location.pathname === "/" ? href.slice(1) : href, title: url };
    }
  }
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return null;
  return { href: url, target: "_blank", rel: "noopener noreferrer", title: url };
}
