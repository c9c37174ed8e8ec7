// Where a reader is in the conversation and on the page. Elements of others are not written on: what is known of a
// pane stands in `places`.

const places = new WeakMap();

/** After a drawing: every conversation in `root` is scrolled to where its reader is. */
export function settle(root) {
  root.querySelectorAll("[data-stick]").forEach(stick);
  markSoon();
}

/** Does `work` once for all calls of a fifth of a second: it looks at the whole page, and a token must not. */
export const rarely = work => {
  let due = 0;
  return () => { due ||= setTimeout(() => { due = 0; work(); }, 200); };
};

/** The reader has asked: from now on the pane follows the answer. */
export function begin(pane) {
  place(pane).opening = true;
  stick(pane);
  stick(pane);
}

/** The pane shows another session from now on. */
export const reopen = pane => { if (places.has(pane)) place(pane).opening = true; };

/** `{ opening, follows }`: it shows a session that was just opened, or it follows the end of the answer. */
export const placeIn = pane => ({ ...place(pane) });

export const glide = () => matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

const place = pane => places.get(pane) ?? watch(pane);

// Follows the end of the answer until the reader scrolls up, and again once they are back at the bottom.
// A session that is opened with nothing running shows its last turn: all of it, or from its question on. That is
// `opening`: until the reader does something, for a page may draw a session in several frames.
function stick(pane) {
  const at = place(pane);
  if (at.opening && pane.querySelector(".fl-live")) Object.assign(at, { opening: false, follows: true });
  const last = at.opening && [...pane.querySelectorAll(".fl-turn")].at(-1);
  if (last) pane.scrollTop += last.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  else if (at.follows) pane.scrollTop = pane.scrollHeight;
  Object.assign(at, { top: pane.scrollTop, height: pane.scrollHeight });
}

function watch(pane) {
  const at = { opening: true, follows: true, top: pane.scrollTop, height: pane.scrollHeight, rested: -Infinity };
  places.set(pane, at);
  new ResizeObserver(() => stick(pane)).observe(pane);
  let before = pane.scrollTop;
  const listen = (name, heard) => pane.addEventListener(name, heard, { passive: true });
  for (const used of ["wheel", "pointerdown", "keydown"]) listen(used, () => { at.opening = false; });
  listen("wheel", event => { if (event.deltaY < 0) at.follows = false; });
  listen("scroll", () => {
    const left = pane.scrollHeight - pane.clientHeight - pane.scrollTop;
    if (pane.scrollHeight === at.height && Math.abs(pane.scrollTop - at.top) > 1) at.opening = false;
    if (left < 8) Object.assign(at, { follows: true, rested: at.follows ? at.rested : pane.scrollTop });
    // A wheel's smooth movement puts the pane back to where its end was: that is not the reader going up.
    else if (at.follows && Math.abs(pane.scrollTop - at.rested) < 8) stick(pane);
    else if (pane.scrollTop < before - 4) at.follows = false;
    before = pane.scrollTop;
  });
  return at;
}

// The bar of a narrow page leads to its parts, and says in which of them the reader is.
let chosen = null; // the last part may be too short to come to the top

const partOf = button => document.querySelector(button.dataset.jump);

document.addEventListener("click", event => {
  const button = event.composedPath()[0]?.closest?.("[data-jump]");
  if (!button) return;
  chosen = button;
  partOf(button)?.scrollIntoView({ block: "start", behavior: glide() });
  mark();
});

for (const moved of ["wheel", "touchmove", "keydown"]) document.addEventListener(moved, () => { chosen = null; }, { capture: true, passive: true });
document.addEventListener("scroll", event => { if (!places.has(event.target)) mark(); }, { capture: true, passive: true });

const markSoon = rarely(mark);

function mark() {
  const buttons = [...document.querySelectorAll("[data-jump]")].filter(button => button.getClientRects().length);
  const reached = buttons.filter(button => (partOf(button)?.getBoundingClientRect().top ?? Infinity) < innerHeight / 3);
  const here = buttons.includes(chosen) ? chosen : reached.at(-1) ?? buttons[0];
  for (const button of buttons) {
    if (button === here) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
