// The plain page: the runs of a session, drawn entry by entry (turn.js) as our client (firstlight.js) brings them, and who
// else is here (presence.js). The session stands in the address, so a reload or a link comes back to it.

import { Firstlight } from "./firstlight.js";
import { Presence, kept } from "./presence.js";
import { Turn } from "./turn.js";
import { WORDS, named, said } from "./words.js";

const LOOK_MS = 3000;
const at = id => document.getElementById(id);
const params = new URLSearchParams(location.search), key = params.get("token") ?? "";
const base = new URL("../..", import.meta.url).href;
const server = new Firstlight(base, { key });
const presence = new Presence(base, { key, onPeople: others => { at("people").textContent = others.length ? said(WORDS.ALSO_HERE, { people: named(others) }) : ""; } });

const turns = new Map(); // by run id
let session = params.get("session") ?? "", role = "owner", live = "";

const tell = text => { at("notice").textContent = text; };
const told = error => tell(error.status === 401 && !key ? WORDS.KEY_NEEDED : error.message);

/** Shows what this person may do. */
function allow(theirs) {
  role = theirs;
  at("ask").hidden = role === "viewer";
  at("share").hidden = role !== "owner" || !session;
  if (role === "viewer") tell(WORDS.VIEWER);
  if (session) presence.join(session, kept.name || WORDS.GUEST);
}

function setLive(run) {
  live = run;
  at("stop").hidden = !live || role === "viewer";
  at("send").hidden = Boolean(live);
}

/** Draws a run from its beginning, and goes on until its end. */
async function follow({ run_id, question }) {
  const onReply = reply => server.answer(run_id, { by: kept.name, ...reply });
  const turn = new Turn(run_id, question, role === "viewer" ? {} : { onReply });
  turns.forEach(older => older.fold());
  turns.set(run_id, turn);
  at("turns").append(turn.element);
  try {
    const options = { onState: state => turn.lost(state === "lost"), onBursts: () => tell(WORDS.BURSTS) };
    for await (const entry of server.follow(run_id, options)) turn.show(entry);
  } catch (error) {
    if (error.code === "log_expired") turn.snapshot((await server.run(run_id)).view);
    else told(error);
  }
  turn.lost(false);
}

async function followLive(run) {
  setLive(run.run_id);
  await follow(run);
  if (live === run.run_id) setLive("");
}

/** Draws the runs of the session that are not here yet: all of them at first, later what others have asked. */
async function look() {
  const found = await server.session(session);
  allow(found.role);
  for (const run of found.runs) {
    if (turns.has(run.run_id)) continue;
    const isOver = !["queued", "running", "waiting_input"].includes(run.status);
    if (isOver) await follow(run);
    else followLive(run);
  }
}

function open(id) {
  session = id;
  history.replaceState(null, "", `?${new URLSearchParams({ session, ...(key && { token: key }) })}`);
}

at("ask").addEventListener("submit", async event => {
  event.preventDefault();
  const question = event.target.elements.question.value.trim();
  if (!question) return;
  tell("");
  try {
    const started = await server.start({ question, session_id: session });
    event.target.reset();
    open(started.session_id);
    allow(role);
    const ended = followLive({ ...started, question });
    turns.get(started.run_id).element.scrollIntoView({ block: "start" });
    await ended;
  } catch (error) { told(error); }
});

at("stop").addEventListener("click", () => server.cancel(live).catch(told));

at("share").querySelector("form").addEventListener("submit", async event => {
  event.preventDefault();
  const { role: given, link } = event.target.elements;
  try {
    const { token } = await server.link(session, given.value);
    link.value = new URL(`?${new URLSearchParams({ session, token })}`, location).href;
    link.hidden = false;
    link.select();
  } catch (error) { told(error); }
});

at("name").value = kept.name;
at("name").addEventListener("change", event => {
  kept.name = event.target.value.trim();
  allow(role);
});

// What others ask is looked for, as nothing pushes it: one small request, and none while a run goes on or nobody looks.
let looking = false;
async function lookOnce() {
  if (looking || live || !session || document.hidden) return;
  looking = true;
  await look().finally(() => { looking = false; });
}
setInterval(() => lookOnce().catch(() => {}), LOOK_MS); // a server that is away comes back

if (key) document.querySelector("nav a").hidden = true; // a link is for one session
lookOnce().catch(told);
