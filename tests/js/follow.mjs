// Follows a run with our client and prints each entry, and each refusal, as one line: node follow.mjs URL RUN [AFTER].
import { readFile } from "node:fs/promises";

const source = await readFile(new URL("../../apps/static/firstlight.js", import.meta.url));
const { Firstlight } = await import(`data:text/javascript;base64,${source.toString("base64")}`);
const tell = said => console.log(JSON.stringify(said).replace(/[\u0085\u2028\u2029]/g, "?")); // Python ends lines there
const [url, run, after = "0"] = process.argv.slice(2);
try {
  for await (const entry of new Firstlight(url).follow(run, { after: Number(after) })) tell(entry);
} catch (error) {
  tell({ status: error.status, code: error.code });
}
