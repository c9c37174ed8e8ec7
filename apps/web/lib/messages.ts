// What the parts of an answer hold, beside those of the AI SDK (apps/wires/README.md).
import type { UIMessage } from "ai";

export type Step = { id: string; state: "running" | "done" | "failed" | "skipped"; step: string; label: string; detail: string; started_ms: number; ended_ms: number | null };

export type Citation = { index: number; title: string; source: string; url: string; locator: string; quote: string };

export type Artifact = { id: string; version: number; kind: "table" | "chart" | "value" | "documents" | "file"; title: string; data: Record<string, unknown> };

export type Question = { id: string; run_id: string; state: "requested" | "answered" | "declined" | "expired"; prompt: string; schema: Record<string, unknown>; value?: unknown };

export type Metadata = { run_id?: string; outcome?: string; partial?: boolean; latency_ms?: number; first_feedback_ms?: number | null; first_token_ms?: number | null };

export type Data = {
  step: Step;
  citation: Citation;
  artifact: Artifact;
  warning: { code: string; message: string };
  error: { code: string; message: string };
  input: Question;
};

export type ChatMessage = UIMessage<Metadata, Data>;

/** The data parts of one kind, in order. */
export function dataOf<Name extends keyof Data>(message: ChatMessage, name: Name): Data[Name][] {
  return message.parts.flatMap((part) => ("data" in part && part.type === `data-${name}` ? [part.data as Data[Name]] : []));
}

/** An address that a link may lead to. */
export const safe = (url: unknown): string | undefined => (/^https?:\/\//i.test(String(url)) ? String(url) : undefined);
