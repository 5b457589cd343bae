import { useQuery } from "@tanstack/react-query";

import { useText } from "../../app/i18n";
import { TitleTile } from "../catalog/TitleTile";
import { recordingsQuery } from "./queries";

/** What was recorded of a stream, as far as one may see it. */
export function Recordings({ streamId }: { streamId: string }) {
  const { recordings } = useText();
  const found = useQuery(recordingsQuery(streamId)).data ?? [];
  if (found.length === 0) return null;
  return (
    <section className="mt-4 grid gap-4">
      <h2 className="text-2xl font-bold">{recordings.title}</h2>
      <ul
        aria-label={recordings.title}
        className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-x-5 gap-y-8"
      >
        {found.map((title) => (
          <li key={title.id}>
            <TitleTile title={title} />
          </li>
        ))}
      </ul>
    </section>
  );
}
