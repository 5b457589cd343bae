import type { KeyboardEvent } from "react";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Find the box that an arrow key leads to: the nearest ahead, rather straight than aslant. */
export function nextBox(boxes: readonly Box[], from: Box, key: string): number | null {
  const direction = directions[key];
  if (direction === undefined) return null;
  const [dx, dy] = direction;
  let best: number | null = null;
  let bestCost = Infinity;
  boxes.forEach((box, index) => {
    const x = box.left + box.width / 2 - (from.left + from.width / 2);
    const y = box.top + box.height / 2 - (from.top + from.height / 2);
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    const cost = ahead + aside * 3;
    if (ahead > 1 && aside <= ahead * 2 && cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  });
  return best;
}

/** Let the arrow keys of a keyboard or a remote lead from one button or link to the next. */
export function followArrowKeys(event: KeyboardEvent<HTMLElement>): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (!(event.target instanceof HTMLElement) || !event.target.matches("a, button")) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("a, button:not(:disabled)")];
  const boxes = stops.map((stop) => stop.getBoundingClientRect());
  const next = nextBox(boxes, event.target.getBoundingClientRect(), event.key);
  if (next === null) return;
  event.preventDefault();
  stops[next]?.focus();
}
