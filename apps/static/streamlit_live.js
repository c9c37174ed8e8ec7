// Joins run_view.js to a page of Streamlit: see apps/pages_live.py.

let streamlit = null; // the newest mount of the component; its triggers run the script again

const view = import(new URL("/v1/static/run_view.js", window.location.origin).href);
const pane = () => document.querySelector(".st-key-conversation");
const unfilled = () => [...document.querySelectorAll("[data-run][data-section]")].some(slot => !slot.shown);

const options = {
  onEnded: run => streamlit?.setTriggerValue("ended", run),
  onCharts: run => streamlit?.setTriggerValue("charts", run),
};

async function look() {
  const { mount } = await view;
  const answers = pane();
  if (answers && answers.dataset.stick === undefined) Object.assign(answers.dataset, { stick: "", received: streamlit.data.received });
  if (answers?.stuck ?? true) answers?.scrollTo(0, answers.scrollHeight);
  if (unfilled() || (streamlit.data.run && document.querySelector(".fl-echo"))) mount(document.body, options);
}

async function echo(question) {
  if (!streamlit || streamlit.data.run) return;
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
  if (cite && !cardOf(cite)) openSources(event, cite);
  const starter = event.target.closest?.('[class*="st-key-starter-"] button');
  if (starter) echo(starter.textContent);
}, true);

const cardOf = cite => document.getElementById(cite.getAttribute("href").slice(1));

// Streamlit keeps only the open tab in the document: a marker opens the tab of the sources first.
function openSources(event, cite) {
  const tabs = [...document.querySelectorAll(".st-key-panels [role=tab]")];
  const tab = tabs.find(tab => tab.textContent.trim() === streamlit?.data.sources);
  if (!tab || tab.ariaSelected === "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tab.click();
  let frames = 60;
  const again = () => cardOf(cite) ? cite.click() : frames-- && requestAnimationFrame(again);
  again();
}

let looking = false;
new MutationObserver(() => {
  if (looking || !streamlit) return;
  looking = true;
  requestAnimationFrame(() => { looking = false; look(); });
}).observe(document.body, { childList: true, subtree: true });

export default function (component) {
  streamlit = component;
  look();
}
