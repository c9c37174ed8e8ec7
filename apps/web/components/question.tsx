import type { DynamicToolUIPart } from "ai";
import type { useChat } from "@ai-sdk/react";
import { useState } from "react";
import type { Question } from "@/lib/messages";

type Approve = ReturnType<typeof useChat>["addToolApprovalResponse"];

/** A question that is answered with yes or no: the run waits for it. */
export function Approval({ part, approve }: { part: DynamicToolUIPart; approve: Approve }) {
  const id = part.approval!.id;
  const answered = { "output-available": "Yes.", "output-denied": "No.", "output-error": "It was not answered." }[part.state as string];
  return (
    <div className="card ask">
      <p>{part.title}</p>
      {part.state === "approval-requested" ? (
        <>
          <button onClick={() => approve({ id, approved: true })}>Yes</button>
          <button onClick={() => approve({ id, approved: false })}>No</button>
        </>
      ) : (
        <small>{answered ?? "…"}</small>
      )}
    </div>
  );
}

/** Any other question: its answer goes to the run directly, whose stream goes on. */
export function QuestionForm({ question }: { question: Question }) {
  const [text, setText] = useState("");
  const [refused, setRefused] = useState("");
  const choices = question.schema.enum as unknown[] | undefined;
  const isNumber = question.schema.type === "number" || question.schema.type === "integer";

  async function answer(value: unknown) {
    const body = JSON.stringify({ id: question.id, value });
    const answered = await fetch(`/v1/runs/${question.run_id}/input`, { method: "POST", body });
    setRefused(answered.ok ? "" : ((await answered.json()).detail ?? "It was not accepted."));
  }

  if (question.state !== "requested") {
    const said = question.state === "answered" ? String(question.value) : `It was ${question.state}.`;
    return (
      <div className="card ask">
        <p>{question.prompt}</p>
        <small>{said}</small>
      </div>
    );
  }
  return (
    <form
      className="card ask"
      onSubmit={(event) => {
        event.preventDefault();
        void answer(isNumber ? Number(text) : text);
      }}
    >
      <p>{question.prompt}</p>
      {choices ? (
        choices.map((choice) => (
          <button key={String(choice)} type="button" onClick={() => void answer(choice)}>
            {String(choice)}
          </button>
        ))
      ) : (
        <>
          <input aria-label={question.prompt} type={isNumber ? "number" : "text"} step="any" value={text} onChange={(event) => setText(event.target.value)} />
          <button disabled={!text}>Answer</button>
        </>
      )}
      {refused && <small className="bad">{refused}</small>}
    </form>
  );
}
