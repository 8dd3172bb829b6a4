/** The page's own JSON API: see `incident/sandbox/page/server.py`. */

async function answer(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? response.statusText);
  return body;
}

/** What is at `/api/…` now. Throws an `Error` whose message is for people. */
export async function get(path) {
  return answer(await fetch(`/api/${path}`));
}

/** Does something at `/api/…` and returns the answer. Throws an `Error` whose message is for people. */
export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answer(await fetch(`/api/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

/**
 * Calls `changed` with the state now and after every change, for as long as the page is open; `connected` with whether
 * the sandbox answers.
 */
export async function follow(changed, connected) {
  let version = "";
  for (;;) {
    let state;
    try {
      state = await get(`state?since=${encodeURIComponent(version)}`);
    } catch {
      connected(false);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      version = "";
      continue;
    }
    connected(true);
    if (state.version !== version) changed(state);
    version = state.version;
  }
}
