import { formatDate, formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import type { Title } from "./queries";

export function TitleFacts({ title }: { title: Title }) {
  const text = useText();
  const picture =
    title.width !== null && title.height !== null && `${title.width} × ${title.height}`;
  const facts = [
    [text.title.length, title.duration_ms !== null && formatDuration(title.duration_ms)],
    [text.title.picture, picture],
    [text.title.year, title.year],
    [text.title.added, formatDate(title.created_at)],
    [text.title.credit, title.credit],
  ] as const;
  return (
    <section aria-label={text.title.facts}>
      <dl className="grid gap-4">
        {facts.map(
          ([name, value]) =>
            Boolean(value) && (
              <div key={name} className="border-s-2 border-line ps-4">
                <dt className="text-sm font-semibold text-muted">{name}</dt>
                <dd className="wrap-anywhere whitespace-pre-line">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}
