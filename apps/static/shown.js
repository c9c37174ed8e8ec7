// Parts of the plain page. What an agent, a document or a person says goes in as text, never as HTML.

/** A piece of the page: `made("li", "done", "text", child)`. */
export function made(tag, kind = "", ...inside) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.append(...inside);
  return element;
}

/** A link where the URL leads to the web: `javascript:` and the like do not. */
export function linked(url, text) {
  if (!/^https?:\/\//i.test(url ?? "")) return String(text ?? "");
  return Object.assign(made("a", "", String(text || url)), { href: url, target: "_blank", rel: "noopener noreferrer" });
}

/** A finished answer: bold where it says `**so**`, and `[n]` leads to the card `n` where there is one. The rest of its
 * Markdown stays as it is: to draw that takes a library, and one that lets no HTML through. */
export function marked(text, cards) {
  return text.split(/(\*\*[^*\n]+\*\*|\[\d{1,4}\])/).map((piece, n) => {
    if (n % 2 === 0) return piece;
    if (piece.startsWith("*")) return made("b", "", piece.slice(2, -2));
    const card = cards[piece.slice(1, -1)];
    return card ? Object.assign(made("a", "", piece), { href: `#${card}` }) : piece;
  });
}

const list = found => (Array.isArray(found) ? found : []);
const plain = value => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

function table(columns, rows) {
  const row = (cells, tag) => made("tr", "", ...list(cells).map(cell => made(tag, "", plain(cell))));
  return made("div", "scroll", made("table", "", row(columns, "th"), ...list(rows).slice(0, 200).map(cells => row(cells, "td"))));
}

/** The body of an artifact by its kind. */
export const artifacts = {
  __proto__: null,
  value: ({ text, value, unit, formula, inputs }) => made("div", "",
    made("div", "figure", plain(text) || `${plain(value)} ${plain(unit)}`),
    made("div", "soft", plain(formula)),
    ...list(inputs).map(one => made("div", "soft", `${plain(one?.label)}: ${plain(one?.text ?? one?.value)}`))),
  table: ({ columns, rows }) => table(columns, rows),
  documents: ({ documents }) => made("div", "", ...list(documents).map(one => made("div", "", linked(one?.url, one?.title)))),
  file: ({ name, url, text }) => made("div", "", linked(url, name), ...(text ? [made("pre", "", plain(text))] : [])),
  // A spec of Vega-Lite. To draw it takes a library: https://vega.github.io/vega-lite/usage/embed.html
  chart({ mark, data }) {
    const rows = list(data?.values).filter(one => one && typeof one === "object"), columns = Object.keys(rows[0] ?? {});
    const kind = made("p", "soft", `A chart (${plain(mark?.type ?? mark) || "several"}), which this page does not draw.`);
    if (!rows.length) return made("div", "", kind);
    return made("div", "", kind, made("p", "soft", "Its data:"), table(columns, rows.map(one => columns.map(name => one[name]))));
  },
};
