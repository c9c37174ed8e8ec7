import { safe, type Artifact } from "@/lib/messages";

const words = (value: unknown): string => (typeof value === "object" && value ? JSON.stringify(value) : String(value ?? ""));

export function ArtifactCard({ artifact }: { artifact: Artifact }) {
  return (
    <section className="card artifact">
      <h2>{artifact.title || artifact.id}</h2>
      <Body kind={artifact.kind} data={artifact.data} />
    </section>
  );
}

function Body({ kind, data }: Pick<Artifact, "kind" | "data">) {
  switch (kind) {
    case "value":
      return (
        <>
          <strong className="value">{words(data.text ?? data.value)}</strong>
          {data.formula ? <small>{words(data.formula)}</small> : null}
        </>
      );
    case "table":
      return <Table columns={data.columns as unknown[]} rows={data.rows as unknown[][]} />;
    case "documents":
      return (
        <ul>
          {(data.documents as Record<string, unknown>[]).map((document, at) => (
            <li key={at}>
              <a href={safe(document.url)}>{words(document.title)}</a>
            </li>
          ))}
        </ul>
      );
    case "file":
      return safe(data.url) ? <a href={safe(data.url)}>{words(data.name)}</a> : <pre>{words(data.text)}</pre>;
    case "chart":
      return <small>A Vega-Lite chart; the other pages of Firstlight draw it.</small>;
  }
}

function Table({ columns, rows }: { columns: unknown[]; rows: unknown[][] }) {
  return (
    <div className="table">
      <table>
        <thead>
          <tr>{columns.map((column, at) => <th key={at}>{words(column)}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>{row.map((cell, place) => <td key={place}>{words(cell)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
