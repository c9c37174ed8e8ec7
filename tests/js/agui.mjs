// The client of AG-UI against our server. Takes conversations as JSON, and prints what each has come to, a line each.
//
// A conversation is {name, thread, url, turns, state?, events?}; a turn {say?, run, url?, props?, resume?, fresh?,
// at?}: `fresh` is a page that was reloaded, and `at` is {type, nth?, op: "cancel" | "kill" | "abort" | "join", ...},
// which happens once the nth event of a type arrives.
import { HttpAgent } from "@ag-ui/client";

// Readers may take what Unicode calls the end of a line for one.
const ascii = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
const print = (value) => console.log(JSON.stringify(value).replace(/[\u0080-\uffff]/g, ascii));
const warnings = [];
console.warn = (...words) => warnings.push(words.map(String).join(" "));
console.error = () => {};
// Where a connection breaks, the client rejects its run, and once more what nobody can wait for (reader.cancel).
process.on("unhandledRejection", () => {});

const doing = {
  cancel: async (at, turn) => {
    const answer = await fetch(new URL(`/v1/runs/${turn.started.run_id}/cancel`, turn.url), { method: "POST" });
    turn.cancelled = await answer.json();
  },
  kill: async (at) => process.kill(at.pid, at.signal),
  abort: async (at, turn, agent) => agent.abortRun(),
  join: async (at) => {
    at.joined = converse(at.conversation);
  },
};

function watched(turn, agent, events) {
  const seen = {};
  return {
    onEvent: ({ event }) => {
      events?.push(event);
      seen[event.type] = (seen[event.type] ?? 0) + 1;
      const { at } = turn;
      if (event.type === "RUN_STARTED") turn.started = event.metadata.firstlight;
      if (at && event.type === at.type && seen[event.type] === (at.nth ?? 1)) turn.done = doing[at.op](at, turn, agent);
    },
    onRunFinishedEvent: ({ outcome, interrupts }) => Object.assign(turn, { outcome, interrupts }),
    onRunErrorEvent: ({ event }) => (turn.error = { message: event.message, code: event.code }),
    onRunFailed: ({ error }) => (turn.failed = String(error)),
  };
}

async function take(turn, agent, events) {
  if (turn.say !== undefined) agent.addMessage({ id: `u-${turn.run}`, role: "user", content: turn.say });
  agent.url = turn.url;
  const resume = turn.resume && agent.pendingInterrupts.map(({ id }) => ({ interruptId: id, ...turn.resume }));
  try {
    await agent.runAgent({ runId: turn.run, forwardedProps: turn.props ?? {}, resume }, watched(turn, agent, events));
    turn.clean = true;
  } catch (error) {
    turn.clean = false;
    turn.thrown = `${error}`;
  }
  await turn.done;
  const { run, started, clean, thrown, outcome, interrupts, error, failed, cancelled, at } = turn;
  const joined = at?.joined ? await at.joined : undefined;
  return { run, started, clean, thrown, outcome, interrupts, error, failed, cancelled, joined };
}

async function converse({ name, thread, url, turns, state, events }) {
  let agent = new HttpAgent({ url, threadId: thread, initialState: state });
  const seen = events ? [] : undefined;
  const taken = [];
  for (const turn of turns) {
    if (turn.fresh) agent = new HttpAgent({ url, threadId: thread });
    taken.push(await take({ url, ...turn }, agent, seen));
  }
  const { messages, pendingInterrupts: pending } = agent;
  return { name, turns: taken, messages, state: agent.state, pending, events: seen };
}

const waiting = JSON.parse(process.argv[2]);
const one = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) print(await converse(next));
};
await Promise.all(Array.from({ length: 6 }, one));
print({ name: "warnings", warnings });
