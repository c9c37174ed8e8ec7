// The AI SDK's chat as `useChat` drives it, without React; over SSE or a WebSocket.
import {
  AbstractChat,
  DefaultChatTransport,
  WebSocketChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
} from "ai";
import WebSocket from "ws";

class Chat extends AbstractChat {
  constructor({ messages = [], ...options }) {
    const state = {
      messages,
      status: "ready",
      error: undefined,
      pushMessage: (message) => (state.messages = [...state.messages, message]),
      popMessage: () => (state.messages = state.messages.slice(0, -1)),
      replaceMessage: (at, message) => (state.messages = state.messages.with(at, structuredClone(message))),
      snapshot: (thing) => structuredClone(thing),
    };
    super({ ...options, state });
  }
}

/** A chat at `server`, which is `sse http://…` or `ws http://…`. */
export function open(server, id, { query = "", ...options } = {}) {
  const [wire, url] = server.split(" ");
  const transport =
    wire === "ws"
      ? new WebSocketChatTransport({ url: `${url}/api/chat/ws`, webSocket: WebSocket })
      : new DefaultChatTransport({ api: `${url}/api/chat${query}` });
  const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses;
  const chat = new Chat({ id, transport, sendAutomaticallyWhen, ...options });
  chat.close = () => transport.close?.();
  return chat;
}

export const address = (server) => server.split(" ")[1];

export const history = async (server, id) => (await fetch(`${address(server)}/api/chat/${encodeURIComponent(id)}`)).json();

export const textOf = (message) =>
  (message?.parts ?? [])
    .filter((part) => part.type === "text")
    .map((part) => part.text)
    .join("");

/** What a test looks at. */
export const told = (chat) => ({
  status: chat.status,
  error: chat.error && String(chat.error.message),
  roles: chat.messages.map((message) => message.role),
  text: textOf(chat.messages.at(-1)),
  message: chat.messages.at(-1),
});

export async function until(what, condition) {
  const before = Date.now();
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() - before > 30_000) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
