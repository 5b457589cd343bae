import type { StoredAsset } from "@streamverse/client";
import { Link } from "@tanstack/react-router";

import { formatBytes } from "../../app/format";
import { useText } from "../../app/i18n";
import { pictureBytes } from "./weights";

/** What each film takes, the heaviest first. */
export function StoredFilms({ items }: { items: readonly StoredAsset[] }) {
  const { storage } = useText();
  const heads = [storage.original, storage.pictureTracks, storage.rest, storage.total];
  return (
    // Wider than a phone: it scrolls by itself, and the keyboard can get hold of it.
    <div
      role="region"
      aria-label={storage.films}
      tabIndex={0}
      className="overflow-x-auto rounded-card border border-line"
    >
      <table className="w-full min-w-160 text-start tabular-nums">
        <thead className="bg-raised text-sm">
          <tr>
            <th scope="col" className="px-4 py-3 text-start font-semibold">
              {storage.film}
            </th>
            {heads.map((head) => (
              <th key={head} scope="col" className="px-4 py-3 text-end font-semibold">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.asset_id} className="border-t border-line">
              <th scope="row" className="max-w-72 px-4 py-1 text-start font-semibold">
                <Link
                  to="/titles/$id"
                  params={{ id: item.asset_id }}
                  className="inline-flex min-h-11 items-center wrap-anywhere hover:underline"
                >
                  {item.name}
                </Link>
              </th>
              {cellsOf(item, storage.deletedSource).map((cell, column) => (
                <td key={heads[column]} className="px-4 py-1 text-end whitespace-nowrap">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellsOf({ weights, has_source }: StoredAsset, deleted: string): string[] {
  const pictures = pictureBytes(weights);
  return [
    has_source ? formatBytes(weights.source_bytes) : deleted,
    formatBytes(pictures),
    formatBytes(weights.total_bytes - weights.source_bytes - pictures),
    formatBytes(weights.total_bytes),
  ];
}
