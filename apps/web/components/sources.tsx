import { safe, type Citation } from "@/lib/messages";

/** One card for each citation, with its quote. */
export function Sources({ cards, of }: { cards: Citation[]; of: string }) {
  if (!cards.length) return null;
  return (
    <section>
      <h2>Sources</h2>
      <ol className="sources">
        {cards.map((card) => (
          <li key={card.index} id={`${of}-${card.index}`} className="card">
            <span className="cite">{card.index}</span>
            <a href={safe(card.url)} target="_blank" rel="noreferrer">
              {card.title}
            </a>
            <small>{[card.source, card.locator].filter(Boolean).join(" · ")}</small>
            {card.quote && <blockquote>{card.quote}</blockquote>}
          </li>
        ))}
      </ol>
    </section>
  );
}
