import { piecesOf } from "./hits";
import type { SearchHit } from "./queries";

/** The name of what was found, with the parts lit that answer. */
export function HitName({ name, spans }: { name: string; spans: SearchHit["name_spans"] }) {
  return (
    <span dir="auto">
      {piecesOf(name, spans).map(({ text, isLit }, index) =>
        isLit ? (
          <mark
            key={index}
            className="bg-transparent text-accent-text underline underline-offset-3"
          >
            {text}
          </mark>
        ) : (
          text
        ),
      )}
    </span>
  );
}
