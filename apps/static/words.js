// The words of apps/words.py that scripts say; a test holds them equal.

export const WORDS = {
  RECEIVED: "Received, working…",
  EMPTY: {
    steps: "The steps appear here while the agent works.",
    sources: "Sources appear here as the agent finds them.",
    artifacts: "Figures, tables and charts appear here.",
    tools: "Every tool call appears here, with what went in and what came out.",
  },
  NONE: {
    steps: "No steps in this answer.",
    sources: "No sources in this answer.",
    artifacts: "No figures, tables or charts in this answer.",
    tools: "No tool calls in this answer.",
  },
  PHASES: { queued: "Waiting for its turn…", running: "Working…", waiting_input: "Waiting for an answer" },
  OUTCOMES: {
    completed: "Finished.",
    cancelled: "Stopped.",
    timeout: "Out of time.",
    error: "It failed.",
    interrupted: "The server stopped while it worked.",
  },
  TIMES: { feedback: "first feedback", token: "first token", total: "total", waited: "waited for you" },
  KEPT: "What was written is kept.",
  NOTHING_YET: "Nothing had been written yet.",
  PARTIAL: "Partial answer",
  YOUR_ANSWER: "Your answer",
  ANSWER: "Answer",
  DECLINE: "Decline",
  YES: "Yes",
  NO: "No",
  UNANSWERED: "Nobody answered: {question}",
  ANSWERED: "answered",
  ANSWERED_BY: "answered by {name}",
  DECLINED: "declined",
  DECLINED_BY: "declined by {name}",
  ALSO_HERE: "Also here: {people}",
  YOUR_NAME: "Your name",
  GUEST: "Guest",
  VIEWER: "You are watching: this link lets you read, and neither ask, nor answer, nor stop.",
  KEY_NEEDED: "This server needs a key. Add it, or the token of a link, to this page’s address: ?token=…",
  BURSTS: "The answer arrives in bursts: something between you and the server, a proxy most likely, holds it back.",
  LOST: "The connection is lost; trying again…",
};

/** `0.05 s`, `1.2 s`, `84 s`: as many digits as a person can use. */
export function seconds(ms) {
  const value = ms / 1000;
  if (value >= 0 && value < 0.005) return "< 0.01 s";
  return `${value.toFixed(value < 0.995 ? 2 : value < 59.95 ? 1 : 0)} s`;
}

/** A sentence with its `{parts}`. */
export const said = (sentence, parts) => sentence.replace(/\{(\w+)\}/g, (_, name) => parts[name]);

/** `Ada, Ben (viewer)` */
export const named = people => people.map(({ name, role }) => (role === "viewer" ? `${name} (viewer)` : name)).join(", ");
