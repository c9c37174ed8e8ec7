// The plain page: a run drawn entry by entry with our client, and nothing else. What an agent says goes into the page
// as text, never as HTML.

import { Firstlight } from "./firstlight.js";

const params = new URLSearchParams(location.search);
const server = new Firstlight(new URL("../..", import.meta.url).href, { key: params.get("token") ?? "" });
const at = id => document.getElementById(id);
let session = params.get("session") ?? "", run = null;

/** A piece of the page: `made("li", "done", "text", child)`. */
function made(tag, kind = "", ...inside) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.append(...inside);
  return element;
}

/** Puts an item into a list, in the place of the one with the same id. */
function put(list, id, item) {
  item.dataset.id = id;
  const old = [...at(list).children].find(one => one.dataset.id === id);
  if (old) old.replaceWith(item);
  else at(list).append(item);
}

const web = url => (/^https?:\/\//i.test(url ?? "") ? url : "");

function linked(url, text) {
  if (!web(url)) return text;
  const link = made("a", "", text);
  Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
  return link;
}

const seconds = ms => `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s`;

const draw = {
  status({ id, step, state, label, detail }) {
    put("steps", id, made("li", state, label || step, detail ? made("span", "soft", ` · ${detail}`) : ""));
    if (state === "running") at("state").textContent = `${label || step}…`;
  },
  token({ text, channel }) {
    at("thinking").hidden &&= channel !== "reasoning";
    at(channel).append(text);
  },
  citation({ index, title, url, locator, quote }) {
    put("sources", `c${index}`, made("li", "", `[${index}] `, linked(url, title), made("div", "soft", locator ?? ""), quote ? made("blockquote", "", quote) : ""));
  },
  artifact({ id, kind, title, data }) {
    put("artifacts", id, made("li", "", made("b", "", title || kind), (shown[kind] ?? shown.json)(data)));
  },
  tool({ call_id, name, state, arguments: given, log }) {
    put("tools", call_id, made("li", state, `${name} `, made("span", "soft", JSON.stringify(given ?? {})), log ? made("div", "soft", log) : ""));
  },
  warning({ message }) { at("notes").append(made("li", "warn", message)); },
  error({ message }) { at("notes").append(made("li", "bad", message)); },
  input(question) { ask(question); },
  gap({ snapshot }) {
    at("answer").textContent = snapshot.message?.answer ?? "";
  },
  done({ outcome, partial, latency_ms }) {
    at("state").textContent = outcome + (partial ? ", partial answer" : "");
    times.total = latency_ms;
  },
};

const shown = {
  value: ({ text, value, unit, formula }) => made("div", "", text ?? `${value} ${unit ?? ""}`, formula ? made("div", "soft", formula) : ""),
  table: ({ columns = [], rows = [] }) => {
    const row = (cells, tag) => made("tr", "", ...cells.map(cell => made(tag, "", String(cell ?? ""))));
    return made("div", "scroll", made("table", "", row(columns, "th"), ...rows.map(cells => row(cells, "td"))));
  },
  documents: ({ documents = [] }) => made("div", "", ...documents.map(one => made("div", "", linked(one.url, one.title)))),
  chart: () => made("div", "soft", "A chart: the Gradio and Streamlit pages draw it."),
  json: data => made("div", "soft", JSON.stringify(data)),
};

/** The question that the run asks, as a form; gone once it is answered. */
function ask({ id, state, prompt, schema }) {
  const form = at("input");
  form.hidden = state !== "requested";
  if (form.hidden) return;
  const field = document.createElement("input");
  Object.assign(field, { name: "value", type: schema.type === "boolean" ? "checkbox" : schema.type === "number" || schema.type === "integer" ? "number" : "text", ariaLabel: prompt });
  const read = () => (field.type === "checkbox" ? field.checked : field.type === "number" ? Number(field.value) : field.value);
  const decline = made("button", "", "Decline");
  decline.type = "button";
  decline.onclick = () => server.answer(run.run_id, { id, decline: true });
  form.replaceChildren(made("span", "", prompt), field, made("button", "", "Answer"), decline);
  form.onsubmit = event => {
    event.preventDefault();
    server.answer(run.run_id, { id, value: read() }).catch(told);
  };
}

const times = {};

function clock(type) {
  times["first feedback"] ??= ["status", "token", "artifact", "citation"].includes(type) ? performance.now() - times.asked : undefined;
  times["first token"] ??= type === "token" ? performance.now() - times.asked : undefined;
  at("times").textContent = Object.entries(times).filter(([name, ms]) => name !== "asked" && ms !== undefined).map(([name, ms]) => `${name} ${seconds(ms)}`).join(" · ");
}

const told = error => { at("state").textContent = error.message; };

async function follow(started) {
  run = started;
  for (const id of ["steps", "sources", "artifacts", "tools", "notes", "answer", "reasoning"]) at(id).replaceChildren();
  for (const name of Object.keys(times)) delete times[name];
  times.asked = performance.now();
  Object.assign(at("stop"), { hidden: false, onclick: () => server.cancel(started.run_id).catch(told) });
  const onState = state => { if (state === "lost") at("state").textContent = "The connection is lost; trying again…"; };
  try {
    for await (const { type, data } of server.follow(started.run_id, { onState })) {
      if (run !== started) return;
      draw[type]?.(data);
      clock(type);
    }
  } catch (error) { told(error); }
  at("stop").hidden = true;
}

at("ask").addEventListener("submit", async event => {
  event.preventDefault();
  const question = new FormData(event.target).get("question").trim();
  if (!question) return;
  at("state").textContent = "Received, working…";
  try {
    const started = await server.start({ question, session_id: session });
    session = started.session_id;
    history.replaceState(null, "", `?${new URLSearchParams({ ...Object.fromEntries(params), session })}`);
    event.target.reset();
    await follow(started);
  } catch (error) { told(error); }
});

// After a reload the session's last run is shown again, and goes on if it does.
if (session) server.session(session).then(({ runs }) => runs.length && follow(runs.at(-1))).catch(told);
