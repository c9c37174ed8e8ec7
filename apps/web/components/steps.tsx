import type { Step } from "@/lib/messages";

const MARKS = { running: "●", done: "✓", failed: "✗", skipped: "–" };

/** What the agent does and did, as it goes on. */
export function Steps({ steps }: { steps: Step[] }) {
  if (!steps.length) return null;
  return (
    <section>
      <h2>Steps</h2>
      <ol className="steps">
        {steps.map((step) => (
          <li key={step.id} data-state={step.state}>
            <span className="mark" aria-label={step.state}>
              {MARKS[step.state]}
            </span>
            <span>
              {step.label || step.step}
              {step.detail && <small> · {step.detail}</small>}
            </span>
            <time>{step.ended_ms == null ? "" : `${((step.ended_ms - step.started_ms) / 1000).toFixed(1)} s`}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}
