/** Where a link in a message leads to in the sandbox: its own report, spreadsheet and call, or outside. */
const VIEWS = [
  [/^http:\/\/(?:127\.0\.0\.1|localhost):\d+(\/(?:document|spreadsheet|folder|meet)\/[\w-]+)/, (path) => path],
  [/^https:\/\/docs\.google\.com\/document\/d\/([\w-]+)/, (id) => `/document/${id}`],
  [/^https:\/\/docs\.google\.com\/spreadsheets\/d\/([\w-]+)/, (id) => `/spreadsheet/${id}`],
  [/^https:\/\/drive\.google\.com\/drive\/folders\/([\w-]+)/, (id) => `/folder/${id}`],
  [/^https:\/\/meet\.google\.com\/([a-z0-9-]+)/, (code) => `/meet/${code}`],
  [/^https:\/\/(?:[\w-]+\.)?slack\.com\/archives\/([A-Z0-9]+)/, (id) => `/#${id}`],
  [/^https:\/\/(?:[\w-]+\.)?slack\.com\/app_redirect\?.*?\bchannel=([A-Z0-9]+)/, (id) => `/#${id}`],
  [/^http:\/\/(?:127\.0\.0\.1|localhost):\d+\/archives\/([A-Z0-9]+)/, (id) => `/#${id}`],
  [/^slack:\/\/channel\?.*?\bid=([A-Z0-9]+)/, (id) => `/#${id}`],
];

/**
 * What an anchor to `url` needs: `{href, target, rel, title}`; `null` for anything a browser should not follow
 * from a chat message (`javascript:` and the like).
 */
export function anchor(url) {
  for (const [pattern, path] of VIEWS) {
    const found = pattern.exec(url);
    if (found) {
      const href = path(found[1]);
      return href.startsWith("/#") ? { href: href.slice(1), title: url } : { href, target: "_blank", title: url };
    }
  }
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return null;
  return { href: url, target: "_blank", rel: "noopener noreferrer", title: url };
}
