// One run on the plain page: an article that each entry of the run changes a little.

import { artifacts, linked, made, marked } from "./shown.js";
import { WORDS, said, seconds } from "./words.js";

export class Turn {
  /** `onReply(reply)` sends an answer to the run's question; without it there are no forms, as for a viewer. */
  constructor(id, question, { onReply } = {}) {
    this.element = document.getElementById("turn").content.cloneNode(true).firstElementChild;
    this.part = Object.fromEntries([...this.element.querySelectorAll("[data-part]")].map(one => [one.dataset.part, one]));
    this.part.question.textContent = question;
    this.part.state.textContent = WORDS.RECEIVED;
    this.#sayWhereNothingIs(WORDS.EMPTY);
    Object.assign(this, { id, onReply, times: {}, began: {}, cards: {}, waited: 0, askedAt: null });
  }

  /** Draws an entry of the run. A kind that this page does not know, which a newer server may send, changes nothing. */
  show({ type, data }) {
    this.#time(type, data);
    draw[type]?.(this, data);
    if (type === "done") this.#sayWhereNothingIs(WORDS.NONE);
  }

  /** Draws a run whose entries the server has dropped, from what they made. */
  snapshot({ stream, message, ...view }) {
    for (const list of ["steps", "sources", "artifacts", "tools", "notes", "questions", "answer", "reasoning"]) this.part[list].replaceChildren();
    for (const step of stream.steps) draw.status(this, { ...step, t_ms: step.started_ms }), draw.status(this, { ...step, t_ms: step.ended_ms });
    for (const channel of ["reasoning", "answer"]) if (message[channel]) draw.token(this, { channel, text: message[channel] });
    for (const one of message.citations) draw.citation(this, one);
    for (const one of Object.values(view.artifacts)) draw.artifact(this, one);
    for (const one of view.tools) draw.tool(this, one);
    for (const one of view.warnings) draw.warning(this, one);
    for (const one of [...view.answered, ...view.expired, view.input]) if (one) draw.input(this, one);
    if (view.error) draw.error(this, view.error);
    const { first_feedback_ms: feedback, first_token_ms: token, total_ms: total, waited_ms } = stream.timings;
    Object.assign(this, { times: { feedback, token, total }, waited: waited_ms });
    if (stream.phase === "ended") draw.done(this, stream), this.#sayWhereNothingIs(WORDS.NONE);
  }

  lost(isLost) {
    Object.assign(this.part.lost, { hidden: !isLost, textContent: WORDS.LOST });
  }

  /** Makes room for a newer turn. */
  fold() { this.part.beside.open = false; }

  #sayWhereNothingIs(words) {
    for (const [list, text] of Object.entries(words)) this.part[list].dataset.none = text;
  }

  // The clock stands still while the run waits for a person.
  #time(type, { t_ms, label, step, text, state, latency_ms }) {
    const now = t_ms - this.waited;
    const isFeedback = { status: label || step, token: text?.trim(), artifact: 1, citation: 1, warning: 1, error: 1, input: 1 }[type];
    if (isFeedback) this.times.feedback ??= now;
    if (type === "token") this.times.token ??= now;
    if (type === "done") this.times.total = latency_ms - this.waited;
    if (type !== "input") return;
    if (state === "requested") this.askedAt = t_ms;
    else this.waited += t_ms - (this.askedAt ?? t_ms);
  }
}

/** Puts an item into a list, in the place of the one with the same id. */
function put(list, id, item) {
  item.dataset.id = id;
  const old = [...list.children].find(one => one.dataset.id === id);
  if (old) old.replaceWith(item);
  else list.append(item);
}

const draw = {
  __proto__: null,

  status(turn, { id, step, state, label, detail, t_ms }) {
    const began = (turn.began[id] ??= t_ms), name = label || step.replaceAll("_", " ");
    const took = state === "running" ? "" : ` · ${seconds(t_ms - began)}`;
    put(turn.part.steps, id, made("li", state, name, made("small", "", `${detail ? ` · ${detail}` : ""}${took}`)));
    if (state === "running") turn.part.state.textContent = name;
  },

  token(turn, { text, channel }) {
    if (channel === "reasoning") turn.part.thinking.hidden = false;
    turn.part[channel === "reasoning" ? "reasoning" : "answer"].append(text);
  },

  citation(turn, { index, title, source, url, locator, quote }) {
    const where = [source, locator].filter(Boolean).join(" · ");
    const card = made("li", "", `[${index}] `, linked(url, title), made("div", "soft", where), ...(quote ? [made("blockquote", "", quote)] : []));
    card.id = turn.cards[index] = `${turn.id}-${index}`;
    put(turn.part.sources, `${index}`, card);
  },

  artifact(turn, { id, kind, title, data }) {
    const body = artifacts[kind]?.(data) ?? made("pre", "", JSON.stringify(data));
    put(turn.part.artifacts, id, made("li", "", made("b", "", title || kind), body));
  },

  tool(turn, { call_id, name, state, arguments: given, output, log }) {
    const parts = [JSON.stringify(given ?? {}, null, 1), output === null ? "" : JSON.stringify(output, null, 1), log].filter(Boolean);
    put(turn.part.tools, call_id, made("li", state, made("details", "", made("summary", "", name), ...parts.map(one => made("pre", "", one)))));
  },

  warning(turn, { message }) { turn.part.notes.append(made("li", "warn", message)); },

  error(turn, { message }) { turn.part.notes.append(made("li", "bad", message)); },

  input(turn, question) {
    put(turn.part.questions, question.id, question.state === "requested" ? form(turn, question) : over(question));
    turn.part.state.textContent = WORDS.PHASES[question.state === "requested" ? "waiting_input" : "running"];
  },

  gap(turn, { snapshot }) { if (snapshot) turn.snapshot(snapshot); },

  done(turn, { outcome, partial }) {
    const answer = turn.part.answer.textContent, written = answer.trim() ? WORDS.KEPT : WORDS.NOTHING_YET;
    turn.part.answer.replaceChildren(...marked(answer, turn.cards));
    const completed = partial ? WORDS.PARTIAL : WORDS.OUTCOMES.completed;
    turn.part.state.textContent = outcome === "completed" ? completed : `${WORDS.OUTCOMES[outcome]} ${written}`;
    const times = { ...turn.times, waited: turn.waited || undefined };
    const known = Object.entries(times).filter(([, ms]) => ms !== undefined && ms !== null);
    turn.part.times.textContent = known.map(([name, ms]) => `${WORDS.TIMES[name]} ${seconds(ms)}`).join(" · ");
  },
};

// --- the question that a run asks: a form until somebody has answered, then what was said, and by whom

function form(turn, { id, prompt, schema }) {
  if (!turn.onReply) return made("p", "answered", prompt);
  const problem = made("output"), asked = made("form", "question", made("p", "", prompt), ...controls(schema), problem);
  const send = reply => turn.onReply({ id, ...reply }).catch(error => { problem.value = error.message; });
  asked.addEventListener("submit", event => {
    event.preventDefault();
    const { submitter } = event, field = asked.elements.text;
    if (submitter?.name === "decline") send({ decline: true });
    else if (submitter?.name === "choice") send({ value: JSON.parse(submitter.value) });
    else send({ value: field.type === "number" ? field.valueAsNumber : field.value });
  });
  return asked;
}

function controls(schema) {
  const choices = schema.type === "boolean" ? [true, false] : schema.enum;
  const decline = Object.assign(made("button", "decline", WORDS.DECLINE), { name: "decline", formNoValidate: true });
  if (Array.isArray(choices))
    return [...choices.map(one => Object.assign(made("button", "", spoken(one)), { name: "choice", value: JSON.stringify(one) })), decline];
  const isNumber = schema.type === "number" || schema.type === "integer";
  const field = Object.assign(made("input"), { name: "text", type: isNumber ? "number" : "text", step: "any", required: true, autocomplete: "off", ariaLabel: WORDS.YOUR_ANSWER });
  return [field, made("button", "", WORDS.ANSWER), decline];
}

const spoken = value => (value === true ? WORDS.YES : value === false ? WORDS.NO : typeof value === "string" ? value : JSON.stringify(value));

function over({ prompt, state, value, by }) {
  if (state === "expired") return made("p", "warn", said(WORDS.UNANSWERED, { question: prompt }));
  const [alone, named] = state === "declined" ? [WORDS.DECLINED, WORDS.DECLINED_BY] : [WORDS.ANSWERED, WORDS.ANSWERED_BY];
  const answer = state === "declined" ? "" : made("b", "", `${spoken(value)} `);
  return made("p", "answered", `${prompt} `, answer, made("small", "", by ? said(named, { name: by }) : alone));
}
