// Joins run_view.js to a page of Streamlit: see apps/pages_live.py.

let streamlit = null; // the newest mount of the component; its triggers run the script again

const view = import(new URL("/v1/static/run_view.js", window.location.origin).href);
const pane = () => document.querySelector(".st-key-conversation");
const turns = () => document.querySelectorAll(".fl-turn:not(.fl-echo)").length;
const slots = () => [...document.querySelectorAll("[data-run][data-section]")];

const options = {
  onEnded: run => streamlit?.setTriggerValue("ended", run),
  onCharts: run => streamlit?.setTriggerValue("charts", run),
};

async function look() {
  const { mount, forget, settle, isUnfilled } = await view;
  if (turns() > turnsBefore) forget();
  const answers = pane();
  if (answers && answers.dataset.stick === undefined) {
    Object.assign(answers.dataset, { stick: "", received: streamlit.data.received });
    answers.tabIndex = 0;
  }
  if (slots().some(isUnfilled)) mount(document.body, options);
  else settle(document.body);
}

let turnsBefore = 0; // the echo goes in the frame in which the turn itself is drawn

async function echo(question) {
  if (!streamlit || streamlit.data.run) return;
  turnsBefore = turns();
  (await view).echo(question, pane());
}

const asked = event => event.target.closest?.('[data-testid="stChatInput"]')?.querySelector("textarea")?.value ?? "";

// In the capture phase, for Streamlit empties the field when it hears of the event.
document.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.shiftKey || !asked(event)) return;
  // Safari reports the Enter that ends a composition as an ordinary one with this code, and Streamlit would send it.
  if (event.keyCode === 229) event.stopImmediatePropagation();
  else if (!event.isComposing) echo(asked(event));
}, true);
document.addEventListener("click", event => {
  if (event.target.closest?.('[data-testid="stChatInputSubmitButton"]')) echo(asked(event));
  const starter = event.target.closest?.('[class*="st-key-starter-"] button');
  if (starter) echo(starter.textContent);
}, true);

let looking = false;
new MutationObserver(() => {
  if (looking || !streamlit) return;
  looking = true;
  requestAnimationFrame(() => { looking = false; look(); });
}).observe(document.body, { childList: true, subtree: true });

// Called whenever the data change: a question was asked, taken or not, a run has ended, another session was opened.
export default async function (component) {
  const { forget, keep, reopen } = await view;
  const { session, choices } = component.data;
  if (streamlit && streamlit.data.session !== session) reopen(pane());
  streamlit = component;
  for (const [name, value] of Object.entries(choices)) keep(name, value);
  await look();
  forget();
}
