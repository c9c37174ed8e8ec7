// How the scripts of both pages call the server that they came from.

export const api = new URL("..", import.meta.url);

const params = () => new URLSearchParams(location.search);

/** The key or token in the page's address; empty where the server asks for none. */
export const token = () => params().get("token") ?? "";

/** The session that the page's address names. */
export const session = () => params().get("session") ?? "";

/** The address of a run's view stream. An EventSource sends no headers, so the token goes with it. */
export const viewOf = (run, after) => new URL(`runs/${encodeURIComponent(run)}/view?${new URLSearchParams({ after, ...(token() && { token: token() }) })}`, api);

export function post(path, body) {
  const headers = { "content-type": "application/json", ...(token() && { authorization: `Bearer ${token()}` }) };
  return fetch(new URL(path, api), { method: "POST", headers, body: JSON.stringify(body) });
}
