// Joins run_view.js to a page of Streamlit: see apps/pages_live.py.

let streamlit = null; // the newest mount of the component; its triggers run the script again

const view = import(new URL("/v1/static/run_view.js", window.location.origin).href);
const pane = () => document.querySelector(".st-key-conversation");
const turns = () => document.querySelectorAll(".fl-turn:not(.fl-echo)").length;
const unfilled = () => [...document.querySelectorAll("[data-run][data-section]")].some(slot => !slot.shown);

const options = {
  onEnded: run => streamlit?.setTriggerValue("ended", run),
  onCharts: run => streamlit?.setTriggerValue("charts", run),
};

async function look() {
  const { mount, forget } = await view;
  if (turns() > turnsBefore) forget();
  const answers = pane();
  if (answers && answers.dataset.stick === undefined) Object.assign(answers.dataset, { stick: "", received: streamlit.data.received });
  if (answers?.stuck ?? true) answers?.scrollTo(0, answers.scrollHeight);
  if (unfilled()) mount(document.body, options);
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
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && asked(event)) echo(asked(event));
}, true);
document.addEventListener("click", event => {
  if (event.target.closest?.('[data-testid="stChatInputSubmitButton"]')) echo(asked(event));
  const cite = event.target.closest?.("a.cite");
  if (cite && !isShown(cite)) openSources(event, cite);
  const starter = event.target.closest?.('[class*="st-key-starter-"] button');
  if (starter) echo(starter.textContent);
}, true);

const isShown = cite => document.getElementById(cite.getAttribute("href").slice(1))?.getClientRects().length > 0;

// The panel of a tab that is not open is hidden, or not there yet: a marker opens the tab of the sources first.
function openSources(event, cite) {
  const tabs = [...document.querySelectorAll(".st-key-panels [role=tab]")];
  const tab = tabs.find(tab => tab.textContent.trim() === streamlit?.data.sources);
  if (!tab || tab.ariaSelected === "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tab.click();
  let frames = 60;
  const again = () => isShown(cite) ? cite.click() : frames-- && requestAnimationFrame(again);
  again();
}

let looking = false;
new MutationObserver(() => {
  if (looking || !streamlit) return;
  looking = true;
  requestAnimationFrame(() => { looking = false; look(); });
}).observe(document.body, { childList: true, subtree: true });

// Called whenever the data change: a question was asked, taken or not, or a run has ended.
export default async function (component) {
  streamlit = component;
  await look();
  (await view).forget();
}
