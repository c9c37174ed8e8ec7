// Draws running answers in place, for every front end: fills the empty elements
// `[data-run][data-section]` of a page with the items that the view stream (apps/view_stream.py) sends.
// It makes no HTML of its own from data: what it inserts was escaped by apps/markup.py.

import { copy, look, myName, share, warnOfBursts } from "./company.js";
import { Bursts } from "./firstlight.js";
import { begin, glide, rarely, settle as scrolled } from "./scroll.js";
import { post, viewOf } from "./server.js";

export { reopen } from "./scroll.js";

const roots = new Map();
const drawn = new WeakMap(); // what stands in a slot: `{ run, seq, nodes }`
const unfolded = new Set(); // <details> that the reader has opened
let run = null; // one EventSource a page: browsers open six connections to a host

/** Follows the run whose sections are inside `root`. `options`: onEnded(run), onCharts(run). Returns an unmount. */
export function mount(root, options = {}) {
  roots.set(root, options);
  forget();
  unfolded.forEach(details => details.open = true); // a page that draws anew must not close them
  const id = root.querySelector("[data-run][data-section]")?.dataset.run;
  if (id && id !== run?.id) follow(id);
  if (run) draw(root);
  settle(root);
  return () => roots.delete(root);
}

function follow(id) {
  if (run) leave(run);
  run = { id, items: {}, seq: 0, phase: "queued", now: 0, at: performance.now(), wait: 250, charts: 0, bursts: new Bursts(warnOfBursts) };
  connect(run);
}

function leave(of) {
  of.source?.close();
  of.bursts.close();
}

function connect(of) {
  listen(of);
  of.source = new EventSource(viewOf(of.id, of.seq));
  of.source.addEventListener("view", event => { of.wait = 250; take(of, JSON.parse(event.data), Number(event.lastEventId)); });
  of.source.addEventListener("error", () => {
    listen(of);
    // After an error status, such as a proxy's 502 during a restart, the browser does not try again by itself.
    if (of.source.readyState !== EventSource.CLOSED || of !== run || of.phase === "ended") return;
    setTimeout(() => of === run && connect(of), of.wait * (1 + Math.random()));
    of.wait = Math.min(5000, of.wait * 2);
  });
}

// The first frame of a connection is made for it: so none of them is history.
function listen(of) {
  of.bursts.connected(-Infinity);
  of.heard = performance.now();
}

function take(of, frame, seq) {
  if (of !== run) return of.source.close();
  const was = of.phase, now = performance.now();
  of.bursts.arrived([frame.now], now - of.heard);
  of.heard = now;
  Object.assign(of, { seq, now: frame.now, at: performance.now(), phase: frame.phase });
  for (const [section, i, html, tail] of frame.set) {
    const items = (of.items[section] ??= {});
    if (html === null) delete items[i];
    else items[i] = { seq, html: tail === undefined ? html : items[i].html.slice(0, html) + tail };
    if (section === "artifacts" && items[i]?.html.includes("data-chart=")) of.charts = seq;
  }
  roots.forEach((_, root) => draw(root));
  if (of.charts === seq) tell("onCharts", of.id);
  if (frame.phase !== "ended") return;
  leave(of);
  if (was !== "ended") tell("onEnded", of.id);
}

const tell = (what, id) => roots.forEach(options => options[what]?.(id));

function draw(root) {
  for (const slot of root.querySelectorAll(`[data-run="${CSS.escape(run.id)}"][data-section]`)) {
    if (drawn.get(slot)?.run !== run.id) { drawn.set(slot, { run: run.id, seq: -1, nodes: {} }); slot.replaceChildren(); }
    const shown = drawn.get(slot), items = run.items[slot.dataset.section] ?? {};
    for (const i in shown.nodes) if (!(i in items)) { shown.nodes[i].remove(); delete shown.nodes[i]; }
    for (const i in items) {
      if (items[i].seq <= shown.seq) continue;
      const node = (shown.nodes[i] ??= slot.insertBefore(document.createElement("div"), after(shown.nodes, i)));
      const template = document.createElement("template");
      template.innerHTML = items[i].html;
      patch(node, template.content);
    }
    shown.seq = run.seq;
  }
  tick();
  settle(root);
  if (root.dataset) root.dataset.seq = run.seq;
}

/** A slot that the page has drawn and nobody has filled. */
export const isUnfilled = slot => !drawn.has(slot);

/** After a drawing: the conversation is scrolled to where its reader is, the tabs say how much they hold, and who is here. */
export function settle(root) {
  scrolled(root);
  countSoon();
  look();
}

const after = (nodes, i) => nodes[Object.keys(nodes).find(key => Number(key) > Number(i))] ?? null;

// Keeps what is equal, so that a selection, an open <details> and the focus survive.
function patch(old, now) {
  let a = old.firstChild, b = now.firstChild;
  while (a && b) {
    const [nextA, nextB] = [a.nextSibling, b.nextSibling];
    if (a.open && b.localName === "details") b.open = true;
    if (!a.isEqualNode(b)) {
      if (a.nodeType === Node.TEXT_NODE && b.nodeType === Node.TEXT_NODE) a.data = b.data;
      else if (a.nodeType === Node.ELEMENT_NODE && sameTag(a, b)) patch(a, b);
      else old.replaceChild(b, a);
    }
    [a, b] = [nextA, nextB];
  }
  while (a) { const next = a.nextSibling; a.remove(); a = next; }
  while (b) { const next = b.nextSibling; old.append(b); b = next; }
}

const sameTag = (a, b) => a.cloneNode().isEqualNode(b.cloneNode?.());

// Elapsed seconds of the steps that run: what is left of them nobody knows. And the time left for a question to the user.
function tick() {
  if (!run || run.phase === "ended") return;
  const now = run.now + performance.now() - run.at;
  for (const time of document.querySelectorAll(".fl-tick"))
    time.textContent = `${(Math.max(0, now - time.dataset.since) / 1000).toFixed(1)} s`;
  for (const time of document.querySelectorAll(".fl-left")) {
    const left = Math.max(0, Math.ceil((time.dataset.until - now) / 1000));
    time.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}
setInterval(tick, 100);

// The tabs are the front end's own, and their panels too: what they are called and hold is told beside the steps.
const tabs = () => JSON.parse(document.querySelector("[data-tabs]")?.dataset.tabs ?? "[]");

const countSoon = rarely(count);

function count() {
  for (const { section, name, items, of } of tabs()) {
    const n = items ?? (run?.id === of ? Object.keys(run.items[section] ?? {}).length : 0);
    const tab = tabNamed(name);
    if (tab && tab.dataset.count !== String(n)) tab.dataset.count = n;
  }
}

const tabNamed = name => [...document.querySelectorAll("[role=tab]")].find(tab => tab.textContent.trim() === name);

/** Keeps a choice of the reader for both pages, until the browser is closed. */
export const keep = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)}; path=/; SameSite=Lax`; };

/** Shows a question at once, before the server has heard of it; the page's next drawing replaces it. */
export function echo(question, pane = document.querySelector("[data-stick]")) {
  if (!pane || !question.trim() || pane.querySelector(".fl-echo > .fl-question")?.textContent === question.trim()) return;
  forget();
  const part = (kind, ...inside) => { const made = document.createElement("div"); made.className = kind; made.append(...inside); return made; };
  const said = document.createElement("span");
  said.textContent = pane.dataset.received;
  const turn = document.createElement("article");
  turn.className = "fl-turn fl-live fl-echo";
  turn.append(part("fl-question", question.trim()), part("fl fl-status", part("", part("fl-dot"), said)));
  pane.append(turn);
  begin(pane);
}

/** Takes an echoed question away again, drawn or refused. */
export const forget = () => document.querySelectorAll(".fl-echo").forEach(turn => turn.remove());

/** Stops a run. */
export const cancel = id => post(`runs/${id}/cancel`, {});

const target = (event, selector) => event.composedPath()[0]?.closest?.(selector);

document.addEventListener("click", event => {
  const cite = target(event, "a.cite"), stop = target(event, "[data-stop]"), decline = target(event, ".fl-decline");
  if (stop) cancel(stop.dataset.stop);
  const copied = target(event, "[data-copy]"), shared = target(event, "[data-share]");
  if (copied) copy(copied, new URL(copied.dataset.copy, location).href);
  if (shared) share(shared);
  if (decline) reply(decline.form, { decline: true });
  if (!cite) return;
  event.preventDefault();
  reveal(cite.getAttribute("href").slice(1));
});

document.addEventListener("submit", event => {
  const form = target(event, ".fl-ask");
  if (!form) return;
  event.preventDefault();
  const field = form.elements.text, pressed = event.submitter?.name === "value" ? event.submitter : null;
  reply(form, { value: pressed ? JSON.parse(pressed.value) : field.type === "number" ? Number(field.value) : field.value });
});

async function reply(form, answer) {
  const { run, input } = form.dataset;
  const answered = await post(`runs/${run}/input`, { id: input, by: myName(), ...answer });
  // Accepted, the form goes with the next frame; and if another viewer was faster, too.
  form.querySelector("output").value = answered.ok ? "" : (await answered.json()).detail;
}

document.addEventListener("toggle", ({ target }) => target.open ? unfolded.add(target) : unfolded.delete(target), true);

// The card may stand in a tab that is not open, whose panel is hidden or not there at all.
function reveal(id, frames = 60) {
  const card = document.getElementById(id), folded = card?.closest("details");
  if (folded) folded.open = true;
  if (card?.getClientRects().length) return light(card);
  const sources = tabNamed(tabs().find(tab => tab.section === "sources")?.name);
  if (sources?.ariaSelected === "false") sources.click();
  if (frames) requestAnimationFrame(() => reveal(id, frames - 1));
}

function light(card) {
  card.scrollIntoView({ block: "nearest", behavior: glide() });
  card.focus({ preventScroll: true });
  card.classList.remove("is-lit");
  void card.offsetWidth; // so that the animation starts anew
  card.classList.add("is-lit");
}

window.Firstlight = { mount, echo, forget, cancel };
