// Who else has the session open, in a line above the conversation of both pages; and that an answer comes in bursts.

import { Presence, kept } from "./presence.js";
import { api, post, session, token } from "./server.js";
import { WORDS, named, said } from "./words.js";

let presence = null, people = [], inBursts = false;

/** After a drawing of the page, which may have made a new line, or opened another session. */
export function look() {
  const line = document.querySelector("[data-here]");
  if (!line) return;
  document.documentElement.dataset.flRole = line.dataset.role;
  if (line.dataset.role) {
    presence ??= new Presence(new URL("..", api).href, { key: token(), onPeople: others => { people = others; draw(); } });
    presence.join(session(), myName() || WORDS.GUEST);
  }
  draw();
}

export const myName = () => kept.name.trim();

/** Says once and for all that something on the way holds the answer back. */
export function warnOfBursts() {
  inBursts = true;
  draw();
}

function draw() {
  for (const line of document.querySelectorAll("[data-here]")) {
    if (!line.firstChild) line.append(made("p", "fl-people"), nameField(), made("p", "fl-bursts"));
    const [others, name, bursts] = line.children;
    tell(others, people.length ? said(WORDS.ALSO_HERE, { people: named(people) }) : "");
    name.hidden = !people.length;
    tell(bursts, inBursts ? WORDS.BURSTS : "");
    document.documentElement.classList.toggle("fl-in-company", people.length > 0 || inBursts);
  }
}

const tell = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function made(tag, kind, ...inside) {
  const element = document.createElement(tag);
  element.className = kind;
  element.append(...inside);
  return element;
}

function nameField() {
  const field = made("input", "");
  Object.assign(field, { value: kept.name, placeholder: WORDS.YOUR_NAME, ariaLabel: WORDS.YOUR_NAME, maxLength: 80, autocomplete: "off" });
  field.addEventListener("change", () => { kept.name = field.value.trim(); look(); });
  return made("label", "fl-name", field);
}

/** Copies a link to this session with which its reader is an editor or a viewer. */
export async function share(button) {
  const answered = await post(`sessions/${encodeURIComponent(session())}/links`, { role: button.dataset.share });
  if (!answered.ok) return;
  const link = new URL(location);
  link.search = new URLSearchParams({ session: session(), token: (await answered.json()).token });
  copy(button, link.href);
}

/** Puts a text on the clipboard; where the browser does not allow that, as over plain HTTP, it is shown to be copied. */
export async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add("is-copied");
  } catch { prompt(button.textContent, text); }
}
