// Who else has a session open: one WebSocket that says who we are and hears of everybody, and comes back when it is lost.
//
//   const presence = new Presence("http://127.0.0.1:8010", { onPeople: (others, role) => ... });
//   presence.join("s_1", "Ada");

const FIRST_WAIT = 500, LONGEST_WAIT = 15000;
const SILENCE = 45000; // the server says something every 15 s
const OVER = new Set([4401, 4403]); // turned away: asking again changes nothing

export class Presence {
  #socket = null; #wait = FIRST_WAIT; #timer = 0; #session = ""; #name = "";

  /** `key`: an API key, or the token of a link. `onPeople(others, role)`: everybody but us, and what we may do ourselves. */
  constructor(base, { key = "", onPeople }) {
    this.url = new URL("v1/ws", `${base.replace(/\/$/, "")}/`);
    this.url.protocol = this.url.protocol.replace("http", "ws");
    if (key) this.url.searchParams.set("token", key); // a WebSocket of a browser sends no headers
    this.onPeople = onPeople;
    this.role = "";
  }

  /** Joins a session under a name, or only changes one of them. Without a session it leaves. */
  join(session, name) {
    if (session === this.#session && name === this.#name) return;
    [this.#session, this.#name, this.role, this.people] = [session, name, "", null];
    if (!session) this.#close();
    else if (!this.#socket) this.#connect();
    else this.#say();
  }

  #say() {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ op: "join", session_id: this.#session, name: this.#name }));
  }

  #connect() {
    const socket = this.#socket = new WebSocket(this.url);
    socket.onopen = () => { this.#wait = FIRST_WAIT; this.#say(); };
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(OVER.has(code));
    this.#listen();
  }

  #lost(forGood = false) {
    this.#close();
    if (forGood || !this.#session) return;
    this.#timer = setTimeout(() => this.#connect(), this.#wait * (1 + Math.random()));
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  #hear(said) {
    this.#listen();
    if (said.op === "ping") this.#socket.send(JSON.stringify({ op: "pong" }));
    if (said.op === "join" && said.ok) this.role = said.role;
    if (said.op === "presence" && said.session_id === this.#session) this.people = said.people;
    if (this.role && this.people) this.onPeople(this.#others(), this.role);
  }

  // The list tells nobody apart who has the same name and role: one of them is us.
  #others() {
    const us = this.people.findIndex(one => one.name === this.#name && one.role === this.role);
    return this.people.filter((_, n) => n !== us);
  }

  #listen() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), SILENCE);
  }

  #close() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = this.people = null;
    socket?.close();
    this.onPeople([], this.role);
  }
}

/** The name that a person has chosen, in all pages of this browser. */
export const kept = { get name() { return read() ?? ""; }, set name(name) { write(name); } };

// A browser may forbid its storage to a page, and throws then.
function read() { try { return localStorage.getItem("firstlight-name"); } catch { return ""; } }
function write(name) { try { localStorage.setItem("firstlight-name", name); } catch { /* it is forgotten with the page */ } }
