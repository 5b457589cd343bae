import type { TitleCard } from "@streamverse/client";
import { Skeleton } from "@streamverse/ui";
import type { ReactNode } from "react";

import { TitleTile } from "./TitleTile";

export const gridClass =
  "gutter grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-x-5 gap-y-8";

/** Titles side by side, as many as there is room for. */
export function Shelf({
  label,
  titles,
  noteOf,
}: {
  label: string;
  titles: readonly TitleCard[];
  noteOf?: (title: TitleCard) => string | undefined;
}) {
  return (
    <ul aria-label={label} className={gridClass}>
      {titles.map((title) => (
        <li key={title.id}>
          <TitleTile title={title} note={noteOf?.(title)} />
        </li>
      ))}
    </ul>
  );
}

export function ShelfSkeleton({ children }: { children?: ReactNode }) {
  return (
    <>
      {children}
      <div className={gridClass}>
        {Array.from({ length: 8 }, (_, index) => (
          <div key={index}>
            <Skeleton className="aspect-video" />
            <Skeleton className="mt-3 h-5 w-2/3" />
          </div>
        ))}
      </div>
    </>
  );
}
