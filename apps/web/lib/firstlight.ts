// The way to the Firstlight server: from here, never from the browser, which so needs no key.
import type { ChatMessage } from "./messages";

const url = () => process.env.FIRSTLIGHT_URL ?? "http://127.0.0.1:8010";

const key = (): Record<string, string> =>
  process.env.FIRSTLIGHT_API_KEY ? { authorization: `Bearer ${process.env.FIRSTLIGHT_API_KEY}` } : {};

/** Passes a request on, and the answer back as it comes. */
export async function forward(request: Request): Promise<Response> {
  if (!sameSite(request.headers)) return new Response("Only this page's own requests are passed on.", { status: 403 });
  const { pathname, search } = new URL(request.url);
  try {
    const answer = await fetch(url() + pathname + search, {
      method: request.method,
      headers: { "content-type": "application/json", ...key() },
      body: request.method === "POST" ? await request.text() : undefined,
      signal: request.signal,
      cache: "no-store",
    });
    return new Response(answer.body, { status: answer.status, headers: passed(answer.headers) });
  } catch {
    return new Response("The Firstlight server cannot be reached.", { status: 502 });
  }
}

/** The chat so far. */
export async function messagesOf(chat: string): Promise<ChatMessage[]> {
  const answer = await fetch(`${url()}/api/chat/${encodeURIComponent(chat)}`, { headers: key(), cache: "no-store" });
  if (!answer.ok) throw new Error(`The Firstlight server answered ${answer.status}.`);
  return answer.json();
}

/** A page of another site could send requests here too: with them would go what this server may do. */
function sameSite(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site") ?? "same-origin";
  const origin = headers.get("origin");
  return ["same-origin", "none"].includes(site) && (!origin || new URL(origin).host === headers.get("host"));
}

function passed(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of ["content-type", "cache-control", "x-vercel-ai-ui-message-stream", "x-accel-buffering", "retry-after"]) {
    const value = headers.get(name);
    if (value) kept.set(name, value);
  }
  return kept;
}
