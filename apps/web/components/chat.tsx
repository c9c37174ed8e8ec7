"use client";

import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses } from "ai";
import { useEffect, useMemo, useRef, useState } from "react";
import { Answer } from "./answer";
import { Composer } from "./composer";
import type { ChatMessage } from "@/lib/messages";

const MOST_TRIES = 20;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;

export function Chat({ id, messages: before }: { id: string; messages: ChatMessage[] }) {
  const transport = useMemo(() => new DefaultChatTransport<ChatMessage>({ prepareSendMessagesRequest: lastOnly }), []);
  const chat = useChat<ChatMessage>({
    id,
    messages: before,
    transport,
    resume: before.length > 0,
    throttle: 50,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  const { messages, status, error } = chat;
  const busy = status === "submitted" || status === "streaming";
  const last = messages.at(-1);
  const lost = status === "error" && isCut(error, last);
  const turns = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (last?.role === "user") turns.current?.lastElementChild?.scrollIntoView({ behavior: "smooth" });
  }, [last?.id, last?.role]);
  const trying = useReconnect(lost, status === "ready", chat.resumeStream);

  return (
    <main>
      <header>
        <a href="/">Firstlight</a>
        <a href="/">New chat</a>
      </header>
      {messages.length === 0 && <p className="hint">Ask a question, and watch how its answer arrives.</p>}
      <ol className="turns" ref={turns}>
        {messages.map((message) =>
          message.role === "user" ? (
            <li key={message.id} className="question">
              {message.parts.map((part) => (part.type === "text" ? part.text : ""))}
            </li>
          ) : (
            <li key={message.id}>
              <Answer message={message} live={busy && message === last} approve={chat.addToolApprovalResponse} />
            </li>
          ),
        )}
      </ol>
      {lost && <p className="note bad">The connection was lost{trying ? ": trying again …" : ". Reload the page to go on."}</p>}
      {error && !lost && last?.role === "user" && <p className="note bad">{said(error)}</p>}
      {!busy && !lost && last?.role === "user" && (
        <button className="again" onClick={() => chat.regenerate()}>
          Ask again
        </button>
      )}
      <Composer busy={busy} ask={(text, body) => chat.sendMessage({ text }, { body })} stop={() => stop(id)} />
    </main>
  );
}

/** The server keeps what was said before: a long chat is not sent again with each question. */
const lastOnly = ({ id, messages, trigger, messageId, body }: { id: string; messages: ChatMessage[]; trigger: string; messageId?: string; body?: object }) => ({
  body: { ...body, id, trigger, messageId, messages: messages.slice(-1) },
});

/** Stops the run on the server; its stream then ends by itself, with what there is. */
async function stop(chat: string): Promise<void> {
  const address = `/api/chat/${encodeURIComponent(chat)}/stop`;
  for (let tries = 0; tries < 20; tries++) {
    const answer = await fetch(address, { method: "POST" }).catch(() => undefined);
    if (answer?.ok || answer?.status === 403) return;
    await new Promise((done) => setTimeout(done, 100)); // the question may not have arrived yet
  }
}

/** Whether the connection broke, and not the answer: then the run goes on without us. */
const isCut = (error: Error | undefined, last: ChatMessage | undefined): boolean =>
  last?.role === "assistant" ? !last.metadata?.outcome : error instanceof TypeError;

function useReconnect(lost: boolean, well: boolean, resume: () => Promise<void>): boolean {
  const [tries, setTries] = useState(0);
  const trying = tries < MOST_TRIES;
  useEffect(() => {
    if (well) setTries(0);
    if (!lost || !trying) return;
    const timer = setTimeout(() => {
      setTries(tries + 1);
      void resume();
    }, Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS));
    return () => clearTimeout(timer);
  }, [lost, well, trying, tries, resume]);
  return trying;
}

/** The sentence for people in what the server refused with. */
function said(error: Error): string {
  try {
    return JSON.parse(error.message).detail ?? error.message;
  } catch {
    return error.message;
  }
}
