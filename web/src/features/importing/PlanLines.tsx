import type { ImportLine } from "@streamverse/client";
import { Badge, type BadgeTone } from "@streamverse/ui";

import { formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";

const TONES: Record<ImportLine["outcome"], BadgeTone> = {
  new: "good",
  changed: "accent",
  unchanged: "neutral",
  wrong: "danger",
};

/** What each line of a file would do. */
export function PlanLines({ lines }: { lines: readonly ImportLine[] }) {
  const { importing } = useText();
  if (lines.length === 0) return <p className="text-muted">{importing.noneOfThis}</p>;
  return (
    <ul aria-label={importing.lines} className="grid gap-3">
      {lines.map((line) => (
        <li key={line.line} className="grid gap-3 rounded-card border border-line bg-surface p-4">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge tone={TONES[line.outcome]}>{importing.outcome[line.outcome]}</Badge>
            <span className="text-sm text-muted tabular-nums">
              {importing.line(formatNumber(line.line))}
            </span>
            <strong className="wrap-anywhere" dir="auto">
              {line.name || importing.noName}
            </strong>
          </div>
          {line.problems.length > 0 && (
            <ul className="grid gap-1 text-danger-text">
              {line.problems.map(({ field, problem }) => (
                <li key={`${field} ${problem}`} className="wrap-anywhere">
                  {field !== "" && <strong>{field}: </strong>}
                  {problem}
                </li>
              ))}
            </ul>
          )}
          {line.changes.length > 0 && <Changes line={line} />}
        </li>
      ))}
    </ul>
  );
}

function Changes({ line }: { line: ImportLine }) {
  const { importing } = useText();
  const isNew = line.outcome === "new";
  return (
    <table className="w-full table-fixed text-start text-sm">
      <thead className="text-muted">
        <tr>
          <th className="w-28 pe-3 text-start sm:w-1/4 font-semibold">{importing.field}</th>
          {!isNew && <th className="pe-3 text-start font-semibold">{importing.before}</th>}
          <th className="text-start font-semibold">{importing.after}</th>
        </tr>
      </thead>
      <tbody>
        {line.changes.map(({ field, before, after }) => (
          <tr key={field} className="border-t border-line align-top">
            <th scope="row" className="py-2 pe-3 text-start font-normal wrap-anywhere">
              {field}
            </th>
            {!isNew && (
              <td className="py-2 pe-3 wrap-anywhere whitespace-pre-line text-muted">
                <Cell value={before} />
              </td>
            )}
            <td className="py-2 wrap-anywhere whitespace-pre-line">
              <Cell value={after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ value }: { value: string }) {
  const { importing } = useText();
  return value === "" ? <i>{importing.nothing}</i> : <span dir="auto">{value}</span>;
}
