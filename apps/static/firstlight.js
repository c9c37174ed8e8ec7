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
  const stop = () => { clearTimeout(timer); reject(signal.reason); };
  const timer = setTimeout(() => { signal?.removeEventListener("abort", stop); resolve(); }, ms);
  signal?.addEventListener("abort", stop, { once: true });
});

const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), one => one.toString(36)).join("");

/** The server refused: `status`, and `code` and `detail` as it said them. */
export class Refused extends Error {
  constructor(status, { code = "http", detail = `the server answered ${status}` } = {}) {
    super(detail);
    Object.assign(this, { name: "Refused", status, code });
  }
}

export class Firstlight {
  #startedAfter = new Map(); // runs that were started here, and when at the earliest

  /** `base`: where the server is. `key`: its API key, or a token. `silence`: ms without a byte after which a connection is taken for dead. */
  constructor(base = "", { key = "", silence = 45000 } = {}) {
    this.base = base.replace(/\/$/, "");
    this.silence = silence;
    this.headers = key ? { authorization: `Bearer ${key}` } : {};
  }

  /** Starts a run: `{ question, session_id, agent, model, pace, deadline }` to `{ run_id, session_id, token, ... }`. */
  async start(asked, { idempotencyKey = newKey() } = {}) {
    const sent = performance.now();
    const started = await this.#json("POST", "/v1/runs", asked, { "idempotency-key": idempotencyKey });
    this.#startedAfter.set(started.run_id, sent);
    return started;
  }

  /** Stops a run; again and again is harmless. */
  cancel(runId) { return this.#json("POST", `/v1/runs/${encodeURIComponent(runId)}/cancel`, {}); }

  /** Answers the question that a run asks: `{ id, value, by }` or `{ id, decline: true, by }`; `by` is a name for the others. */
  answer(runId, reply) { return this.#json("POST", `/v1/runs/${encodeURIComponent(runId)}/input`, reply); }

  /** The run as it stands. */
  run(runId) { return this.#json("GET", `/v1/runs/${encodeURIComponent(runId)}`); }

  /** A session with its runs. */
  session(sessionId) { return this.#json("GET", `/v1/sessions/${encodeURIComponent(sessionId)}`); }

  /** A token for somebody else to join a session: `role` is owner, editor or viewer. To `{ token, role, expires_at }`. */
  link(sessionId, role) { return this.#json("POST", `/v1/sessions/${encodeURIComponent(sessionId)}/links`, { role }); }

  /** The run's entries `{ seq, type, data }` behind `after`, each once, up to and with `done`. `onState("open" | "lost")`.
   * `onBursts()` is called once where something on the way collects the entries of a live run, instead of passing them on. */
  async *follow(runId, { after = 0, signal, onState = () => {}, onBursts } = {}) {
    const bursts = onBursts && new Bursts(onBursts);
    let state = "";
    const now = is => { if (is !== state) onState(state = is); };
    try {
      for (let wait = FIRST_WAIT, first = true; ; wait = Math.min(LONGEST_WAIT, wait * 2), first = false) {
        signal?.throwIfAborted();
        // On the first connection of a run of our own, what was said later than this was said while we listened.
        const past = first ? performance.now() - (this.#startedAfter.get(runId) ?? -Infinity) : Infinity;
        bursts?.connected(past);
        try {
          for await (const frame of this.#frames(`/v1/runs/${encodeURIComponent(runId)}/events`, after, signal, bursts)) {
            wait = FIRST_WAIT;
            now("open");
            const seq = Number(frame.id);
            if (seq <= after) continue;
            after = seq;
            yield { seq, type: frame.event, data: frame.fields };
            if (frame.event === "done") return;
          }
        } catch (error) {
          signal?.throwIfAborted();
          if (error instanceof Refused && error.code === "cursor_ahead") after = 0;
          else if (error instanceof Refused && FINAL.has(error.status)) {
            if (error.status === 204) return;
            throw error;
          }
        }
        now("lost");
        await sleep(wait * (0.5 + Math.random() / 2), signal);
      }
    } finally { bursts?.close(); }
  }

  async *#frames(path, after, signal, bursts) {
    const silent = new AbortController();
    const stop = () => silent.abort(new Error("the connection went silent"));
    const inTime = async waiting => {
      const timer = setTimeout(stop, this.silence);
      try { return await waiting; } finally { clearTimeout(timer); }
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const headers = { ...this.headers, accept: "text/event-stream", "last-event-id": String(after) };
      let since = performance.now();
      const answer = await inTime(fetch(this.base + path, { headers, signal: silent.signal, cache: "no-store" }));
      if (answer.status !== 200) throw new Refused(answer.status, await answer.json().catch(() => ({})));
      const parser = new EventStreamParser(), reader = answer.body.getReader();
      for (;;) {
        const { done, value } = await inTime(reader.read());
        if (done) return;
        const frames = [...parser.feed(value)].map(frame => ({ ...frame, fields: JSON.parse(frame.data) }));
        bursts?.arrived(frames.map(frame => frame.fields.t_ms), performance.now() - since);
        yield* frames;
        since = performance.now(); // a reader that takes its time is no silence
      }
    } finally {
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

const BURST = 1000, AT_ONCE = 100, SURE = 2000, BEAT = 250;

/** Notices that something on the way, a proxy most often, collects what was said bit by bit and passes it on in bursts.
 *
 * A burst was said over a second or more, has arrived at once, and nothing had arrived while it was said. That is also
 * what a page sees that did not run meanwhile (a hidden tab, a computer that slept), so it has to be awake throughout;
 * and what one stalled packet looks like, so bursts have to make up most of what was said. */
export class Bursts {
  #held = 0; #flowed = 0; #last = 0; #group = null; #past = Infinity; #told = false;
  #beat = performance.now(); #awakeSince = this.#beat;

  constructor(onBursts) {
    this.onBursts = onBursts;
    this.timer = setInterval(() => this.#awakeFor(), BEAT);
    this.timer.unref?.(); // under Node it keeps no process alive
  }

  close() { clearInterval(this.timer); }

  /** A new connection: what arrives first is history, as far as it was not said later than `past` (ms since submit). */
  connected(past = Infinity) {
    this.#group = null;
    this.#past = past;
  }

  /** `times`: when the events that have just arrived were said, in ms since submit. `waited`: ms before they came. */
  arrived(times, waited) {
    const awake = this.#awakeFor() >= waited, said = times.filter(Number.isFinite);
    if (!said.length) return;
    if (!this.#group) {
      const live = said.filter(at => at > this.#past);
      this.#group = { first: live[0] ?? said.at(-1), waited: live.length && awake ? waited : 0, counted: 0 };
    } else if (waited > AT_ONCE) {
      if (said[0] - this.#last < BURST) this.#flowed += said[0] - this.#last;
      this.#group = { first: said[0], waited: awake ? waited : 0, counted: 0 };
    }
    this.#last = said.at(-1);
    this.#judge(this.#group, this.#last - this.#group.first);
  }

  #judge(group, spread) {
    if (spread < BURST || group.waited < 0.8 * spread) return;
    this.#held += spread - group.counted;
    group.counted = spread;
    if (this.#told || this.#held < SURE || this.#held < this.#flowed) return;
    this.#told = true;
    this.onBursts();
  }

  /** For how many ms the page has run without a pause. */
  #awakeFor() {
    const now = performance.now();
    if (globalThis.document?.hidden || now - this.#beat > BEAT + BURST / 2) this.#awakeSince = now;
    this.#beat = now;
    return now - this.#awakeSince;
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
