/** When something was measured, in milliseconds, and what; null is what nobody could say. */
export type Point = readonly [number, number | null];

export const WIDTH = 600;
export const HEIGHT = 120;
const EDGE = 6;

/** Draw from value to value; where there is none, the line is interrupted. */
export function pathOf(points: readonly Point[]): string {
  const times = points.map(([at]) => at);
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const first = Math.min(...times);
  const low = Math.min(...values);
  const span = Math.max(...times) - first || 1;
  const range = Math.max(...values) - low;
  let isDrawing = false;
  return points
    .flatMap(([at, value]) => {
      const command = isDrawing ? "L" : "M";
      isDrawing = value !== null;
      if (value === null) return [];
      const x = ((at - first) / span) * WIDTH;
      // What never changes is drawn in the middle.
      const share = range === 0 ? 0.5 : (value - low) / range;
      const y = HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE);
      return [`${command}${x.toFixed(1)} ${y.toFixed(1)}`];
    })
    .join("");
}
