import type { ReactNode } from "react";
import type { Citation } from "@/lib/messages";

/** The answer as text, with what is **bold**; a marker `[n]` that has a card is a link to it. */
export function Text({ text, cards, of }: { text: string; cards: Citation[]; of: string }) {
  const known = new Set(cards.map((card) => card.index));

  const drawn = (some: string): ReactNode[] =>
    some.split(/(\*\*[^*\n]+\*\*|\[\d+\])/).map((piece, at) => {
      if (at % 2 && piece.startsWith("**")) return <strong key={at}>{drawn(piece.slice(2, -2))}</strong>;
      const index = at % 2 ? Number(piece.slice(1, -1)) : 0;
      if (!known.has(index)) return piece;
      return (
        <a key={at} className="cite" href={`#${of}-${index}`}>
          {index}
        </a>
      );
    });

  return <p className="text">{drawn(text)}</p>;
}
