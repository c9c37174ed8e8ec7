// The browser's half of apps/gradio_app.py: what happens before a call to the server, and in which order.

import { echo, mount } from "./run_view.js";

const PATIENCE_MS = 5000;

let drawing = Promise.resolve();
let drawn = () => {};
let waiting = ""; // the question that waits for a drawing

export const session = () => new URLSearchParams(location.search).get("session") ?? "";

/** Arguments of a call about this session. */
export const here = () => [session()];

/** Arguments of a call that draws the page anew. A question waits for it: drawn later, it would wipe the answer away. */
export function draws(_session, ...rest) {
  drawn();
  drawing = new Promise(done => { drawn = done; setTimeout(done, PATIENCE_MS); });
  return [session(), ...rest];
}

/** It is drawn, or the server did not answer. */
export const isDrawn = () => drawn();

/** Arguments of a question. */
export async function asks(question, _session, ...rest) {
  waiting = question;
  echo(question);
  await drawing;
  waiting = "";
  return [question, session(), ...rest];
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
}

/** `names`: of the buttons in the question's box by their class; Gradio gives them pictures only. */
export function open(names) {
  const box = document.querySelector("#box");
  const name = () => Object.entries(names).forEach(([button, label]) =>
    box.querySelector(`.${button}`)?.setAttribute("aria-label", label));
  new MutationObserver(name).observe(box, { childList: true, subtree: true });
  name();
  box.addEventListener("keydown", event => {
    // Safari reports the Enter that ends a composition as an ordinary one with this code.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composing) send(box, event);
  }, true);
  box.addEventListener("click", event => {
    if (event.isTrusted && event.target.closest(".submit-button")) send(box, event);
  }, true);
}

let sending = false;

// Gradio works for up to 40 ms before a frame is painted again: so the question is painted first, and sent then.
function send(box, event) {
  if (!box.querySelector(".submit-button")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (sending) return;
  sending = true;
  echo(box.querySelector("textarea").value);
  requestAnimationFrame(() => setTimeout(() => {
    sending = false;
    box.querySelector(".submit-button")?.click();
  }));
}
