// A client of a Firstlight server for browsers and Node, in one file without a build.
//
//   import { Firstlight } from "./firstlight.js";
//   const server = new Firstlight("http://127.0.0.1:8010");
//   const run = await server.start({ question: "Is customer concentration at NVIDIA rising?" });
//   for await (const entry of server.follow(run.run_id)) console.log(entry.seq, entry.type, entry.data);
//
// `follow` reads with fetch, not with EventSource: it goes on after a 502, where EventSource gives up for good, it can
// send a token in a header, and it stops at `done` instead of asking again.

const FIRST_WAIT = 250, LONGEST_WAIT = 5000;
const FINAL = new Set([204, 400, 401, 403, 404, 410]);
const sleep = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

/** The server refused: `status`, and `code` and `detail` as it said them. */
export class Refused extends Error {
  constructor(status, { code = "http", detail = `the server answered ${status}` } = {}) {
    super(detail);
    Object.assign(this, { name: "Refused", status, code });
  }
}

export class Firstlight {
  /** `base`: where the server is. `key`: its API key, or a token. `silence`: ms without a byte after which a connection is taken for dead. */
  constructor(base = "", { key = "", silence = 45000 } = {}) {
    this.base = base.replace(/\/$/, "");
    this.silence = silence;
    this.headers = key ? { authorization: `Bearer ${key}` } : {};
  }

  /** Starts a run: `{ question, session_id, agent, model, pace, deadline }` to `{ run_id, session_id, token, ... }`. */
  start(asked, { idempotencyKey = crypto.randomUUID() } = {}) {
    return this.#json("POST", "/v1/runs", asked, { "idempotency-key": idempotencyKey });
  }

  /** Stops a run; again and again is harmless. */
  cancel(runId) { return this.#json("POST", `/v1/runs/${runId}/cancel`, {}); }

  /** Answers the question that a run asks: `{ id, value }` or `{ id, decline: true }`. */
  answer(runId, reply) { return this.#json("POST", `/v1/runs/${runId}/input`, reply); }

  /** The run as it stands. */
  run(runId) { return this.#json("GET", `/v1/runs/${runId}`); }

  /** A session with its runs. */
  session(sessionId) { return this.#json("GET", `/v1/sessions/${sessionId}`); }

  /** The run's entries `{ seq, type, data }` behind `after`, each once, up to and with `done`. */
  async *follow(runId, { after = 0, signal, onState = () => {} } = {}) {
    for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
      try {
        for await (const frame of this.#frames(`/v1/runs/${runId}/events`, after, signal)) {
          wait = FIRST_WAIT;
          onState("open");
          const seq = Number(frame.id);
          if (seq <= after) continue;
          after = seq;
          yield { seq, type: frame.event, data: JSON.parse(frame.data) };
          if (frame.event === "done") return;
        }
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (error instanceof Refused && error.status === 409 && error.code === "cursor_ahead") after = 0;
        else if (error instanceof Refused && FINAL.has(error.status)) {
          if (error.status === 204) return;
          throw error;
        }
      }
      onState("lost");
      await sleep(wait * (0.5 + Math.random() / 2), signal);
    }
  }

  async *#frames(path, after, signal) {
    const silent = new AbortController();
    const stop = () => silent.abort(new Error("the connection went silent"));
    signal?.addEventListener("abort", stop, { once: true });
    let timer = setTimeout(stop, this.silence);
    try {
      const headers = { ...this.headers, accept: "text/event-stream", "last-event-id": String(after) };
      const answer = await fetch(this.base + path, { headers, signal: silent.signal, cache: "no-store" });
      if (answer.status !== 200) throw new Refused(answer.status, await answer.json().catch(() => ({})));
      const parser = new EventStreamParser(), reader = answer.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(stop, this.silence);
        yield* parser.feed(value);
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      silent.abort();
    }
  }

  async #json(method, path, body, headers = {}) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const answer = await fetch(this.base + path, { method, ...sent, headers: { ...sent.headers, ...this.headers, ...headers } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refused(answer.status, said);
    return said;
  }
}

/** Turns the bytes of an event stream into its events, however they are cut, as the HTML standard says. */
export class EventStreamParser {
  #decoder = new TextDecoder();
  #rest = "";
  #data = [];
  #event = "";
  #id = "";
  #afterCr = false;

  *feed(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.#afterCr && text) { text = text.replace(/^\n/, ""); this.#afterCr = false; }
    if (text.endsWith("\r")) this.#afterCr = true;
    const lines = (this.#rest + text).split(/\r\n|\r|\n/); // and nowhere else: U+2028 belongs to the data
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line) this.#field(line);
      else {
        const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
        const isWhole = this.#data.length > 0;
        this.#data = [];
        this.#event = "";
        if (isWhole) yield event;
      }
    }
  }

  #field(line) {
    const colon = line.indexOf(":"), name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }
}
