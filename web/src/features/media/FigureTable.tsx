import { cx } from "@streamverse/ui";
import type { ReactNode } from "react";

/** A table whose first column names what the others measure. */
export function FigureTable({
  caption,
  columns,
  rows,
  className,
}: {
  caption: string;
  columns: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
  className?: string;
}) {
  return (
    // It can be scrolled sideways on a phone, so the keyboard must reach it.
    <div
      className={cx("overflow-x-auto rounded-xl", className)}
      role="region"
      aria-label={caption}
      tabIndex={0}
    >
      <table className="w-full text-left tabular-nums">
        <caption className="sr-only">{caption}</caption>
        <thead className="text-sm text-muted">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="px-3 py-2 font-medium first:pl-0">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells: [first, ...others] }) => (
            <tr key={key} className="border-t border-line">
              <th scope="row" className="py-2.5 pr-3 font-semibold whitespace-nowrap">
                {first}
              </th>
              {others.map((cell, index) => (
                <td key={columns[index + 1]} className="px-3 py-2.5 whitespace-nowrap">
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
