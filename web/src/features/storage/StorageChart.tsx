import { cx } from "@streamverse/ui";

import { formatBytes } from "../../app/format";
import { useText } from "../../app/i18n";
import { type Kind, partsOf, type Weights } from "./weights";

const colours: Readonly<Record<Kind, string>> = {
  source: "bg-chart-1",
  h264: "bg-chart-2",
  hevc: "bg-chart-3",
  av1: "bg-chart-4",
  sound: "bg-chart-5",
  pictures: "bg-chart-6",
  other: "bg-chart-7",
};

/** One bar of all that is stored, and what its parts are. */
export function StorageChart({ weights }: { weights: Weights }) {
  const { storage } = useText();
  const parts = partsOf(weights);
  const inWords = parts.map((part) =>
    storage.part(storage.kinds[part.kind], formatBytes(part.sizeBytes)),
  );
  return (
    <figure className="grid gap-5">
      <div
        role="img"
        aria-label={storage.chart(inWords.join(", "))}
        className="flex h-9 gap-0.5 overflow-hidden rounded-full bg-line"
      >
        {parts.map((part) => (
          <div
            key={part.kind}
            className={cx("min-w-1", colours[part.kind])}
            style={{ flexGrow: part.share, flexBasis: 0 }}
          />
        ))}
      </div>
      <figcaption>
        <ul aria-hidden className="flex flex-wrap gap-x-6 gap-y-2">
          {parts.map((part) => (
            <li key={part.kind} className="flex items-center gap-2">
              <span className={cx("size-3.5 rounded-full", colours[part.kind])} />
              <span>{storage.kinds[part.kind]}</span>
              <span className="text-muted tabular-nums">{formatBytes(part.sizeBytes)}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
