import type { useChat } from "@ai-sdk/react";
import { ArtifactCard } from "./artifact";
import { Approval, QuestionForm } from "./question";
import { Sources } from "./sources";
import { Steps } from "./steps";
import { Text } from "./text";
import { dataOf, type ChatMessage, type Metadata } from "@/lib/messages";

type Approve = ReturnType<typeof useChat>["addToolApprovalResponse"];

/** All that came of one question: the answer, and beside it what it stands on. */
export function Answer({ message, live, approve }: { message: ChatMessage; live: boolean; approve: Approve }) {
  const cards = dataOf(message, "citation");
  const asks = message.parts.some((part) => part.type === "dynamic-tool" && part.state === "approval-requested");
  return (
    <article className="answer" aria-busy={live}>
      <section className="said">
        {message.parts.map((part, at) => {
          switch (part.type) {
            case "text":
              return <Text key={at} text={part.text} cards={cards} of={message.id} />;
            case "reasoning":
              return (
                <details key={at} className="thought">
                  <summary>Reasoning</summary>
                  <p>{part.text}</p>
                </details>
              );
            case "dynamic-tool":
              return part.approval ? <Approval key={at} part={part} approve={approve} /> : null;
            case "data-input":
              return <QuestionForm key={at} question={part.data} />;
            case "data-warning":
              return (
                <p key={at} className="note">
                  {part.data.message}
                </p>
              );
            case "data-error":
              return (
                <p key={at} className="note bad">
                  {part.data.message}
                </p>
              );
            default:
              return null;
          }
        })}
        {!live && !asks && <Ending told={message.metadata ?? {}} />}
      </section>
      <aside>
        <Steps steps={dataOf(message, "step")} />
        {dataOf(message, "artifact").map((artifact) => (
          <ArtifactCard key={artifact.id} artifact={artifact} />
        ))}
        <Sources cards={cards} of={message.id} />
      </aside>
    </article>
  );
}

const OUTCOMES: Record<string, string> = {
  cancelled: "Stopped.",
  timeout: "It took too long.",
  error: "The answer failed.",
  interrupted: "The answer was interrupted.",
};

function Ending({ told }: { told: Metadata }) {
  if (!told.outcome) return null;
  const times = [
    ["first feedback", told.first_feedback_ms],
    ["first token", told.first_token_ms],
    ["total", told.latency_ms],
  ] as const;
  return (
    <footer data-outcome={told.outcome}>
      {OUTCOMES[told.outcome] && <strong>{OUTCOMES[told.outcome]}</strong>}
      {times.map(([name, ms]) => ms != null && <span key={name}>{`${name} ${(ms / 1000).toFixed(2)} s`}</span>)}
    </footer>
  );
}
