// Our client under Node, driven by a JSON argument; prints what it saw, an object a line.

import { EventStreamParser, Firstlight, Refused } from "../../apps/static/firstlight.js";

const escaped = one => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
const tell = told => console.log(JSON.stringify(told).replace(/[^\x20-\x7e]/g, escaped)); // Python ends lines at U+2028
const { act, base, silence, ...given } = JSON.parse(process.argv[2]);
const server = new Firstlight(base, { silence });

const acts = {
  async follow({ run, after, abortAt }) {
    const stopping = new AbortController();
    const onState = state => tell({ state });
    try {
      for await (const entry of server.follow(run, { after, onState, signal: stopping.signal })) {
        tell(entry);
        if (entry.seq === abortAt) stopping.abort();
      }
      tell({ ended: true });
    } catch (error) {
      if (error instanceof Refused) tell({ refused: error.status, code: error.code, detail: error.message });
      else tell({ failed: error.name });
    }
  },

  async talk({ question, value, by }) {
    const { run_id } = await server.start({ question });
    for await (const { type, data } of server.follow(run_id)) {
      if (type === "input" && data.state === "requested") await server.answer(run_id, { id: data.id, value, by });
      if (type === "token" && data.text === "Waiting") tell(await server.cancel(run_id));
      if (["input", "done"].includes(type)) tell({ type, ...data });
    }
    tell({ status: (await server.run(run_id)).status });
  },

  parse({ text }) {
    const bytes = new TextEncoder().encode(text);
    const parsed = pieces => {
      const parser = new EventStreamParser();
      return pieces.flatMap(piece => [...parser.feed(piece)]);
    };
    const cuts = [...bytes].map((_, at) => parsed([bytes.slice(0, at), bytes.slice(at)]));
    const oneByOne = parsed([...bytes].map(byte => Uint8Array.of(byte)));
    const all = new Set([...cuts, oneByOne].map(events => JSON.stringify(events)));
    for (const events of all) tell(JSON.parse(events));
  },
};

await acts[act](given);
process.exit(0); // a connection that was left open must not keep the test waiting
