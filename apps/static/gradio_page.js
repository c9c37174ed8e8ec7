// The browser's half of apps/gradio_app.py: what happens before a call to the server, and in which order.

import { look } from "./company.js";
import { echo, forget, mount } from "./run_view.js";
import { token } from "./server.js";

export { keep } from "./run_view.js";

const PATIENCE_MS = 5000;

let drawing = Promise.resolve();
let drawn = () => {};
let waiting = ""; // the question that waits for a drawing

export const session = () => new URLSearchParams(location.search).get("session") ?? "";

/** Arguments of a call about this session. */
export const here = () => [session(), token()];

/** Arguments of a call that draws the page anew. A question waits for it: drawn later, it would wipe the answer away. */
export function draws(_session, _token, ...rest) {
  drawn();
  drawing = new Promise(done => { drawn = done; setTimeout(done, PATIENCE_MS); });
  return [...here(), ...rest];
}

/** It is drawn, or the server did not answer. */
export const isDrawn = () => drawn();

/** Arguments of a question. */
export async function asks(question, _session, _token, ...rest) {
  waiting = question;
  echo(question);
  await drawing;
  waiting = "";
  return [question, ...here(), ...rest];
}

/** After each drawing of `element`, which wipes away what the server knows nothing of. */
export function fill(element, options) {
  mount(element, options);
  if (waiting) echo(waiting);
}

/** So that a reload, and whoever gets the link, comes to the same session. */
export function remember(id) {
  const at = new URL(location);
  if (!id || session() === id) return;
  at.searchParams.set("session", id);
  history.replaceState(history.state, "", at);
  look();
}

/** `names`: of the buttons in the question's box by their class; Gradio gives them pictures only. */
export function open(names) {
  const box = document.querySelector("#box");
  const name = () => Object.entries(names).forEach(([button, label]) =>
    box.querySelector(`.${button}`)?.setAttribute("aria-label", label));
  new MutationObserver(name).observe(box, { childList: true, subtree: true });
  name();
  const tabs = document.querySelector("#tabs");
  new MutationObserver(() => sort(tabs)).observe(tabs, { childList: true, subtree: true, attributeFilter: ["style"] });
  // Where Streamlit begins with a closed sidebar too; until then the style hides the open one there.
  if (matchMedia("(max-width: 768px)").matches) document.querySelector(".sidebar.open > .toggle-button")?.click();
  document.documentElement.classList.add("fl-ready");
  box.addEventListener("keydown", event => {
    // Safari reports the Enter that ends a composition as an ordinary one with this code.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composing && event.target.localName === "textarea") send(box, event);
  }, true);
  box.addEventListener("click", event => {
    if (event.isTrusted && event.target.closest(".submit-button")) send(box, event);
  }, true);
}

// The charts are Gradio's own and the other artifacts ours: they stand in the order in which the agent made them.
function sort(tabs) {
  const ours = [...tabs.querySelectorAll(".fl-artifacts > div")];
  const frames = ours.filter(one => one.querySelector("[data-chart]"));
  const put = (one, n) => { if (one.style.order !== String(n)) one.style.order = n; };
  ours.forEach(put);
  tabs.querySelectorAll(".block:has(.altair)").forEach((chart, n) => put(chart, ours.indexOf(frames[n])));
}

let sending = false; // a question is on its way, and still stands in the box

/** The question was taken and drawn, or refused. */
export function isTaken() {
  sending = false;
  forget();
}

// Gradio works for up to 40 ms before a frame is painted again: so the question is painted first, and sent then.
function send(box, event) {
  const question = box.querySelector("textarea").value;
  const wanted = !sending && question.trim();
  if (wanted) sending = true;
  if (wanted && !box.querySelector(".submit-button")) return; // while a run goes on Gradio sends it, to be refused
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!wanted) return;
  echo(question);
  requestAnimationFrame(() => setTimeout(() => {
    const submit = box.querySelector(".submit-button");
    submit ? submit.click() : isTaken();
  }));
}
