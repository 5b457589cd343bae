export type Direction = "left" | "right" | "up" | "down";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** A box as seen by who goes: how near it begins and ends ahead, and from where to where across. */
interface Seen {
  readonly near: number;
  readonly far: number;
  readonly low: number;
  readonly high: number;
}

// What lies ahead counts so much more than what lies aside.
const AHEAD = 4;
const ALIKE = 0.1;
const TOUCHING_PX = 4;

/** Tell which way a key leads. */
export function directionOf(key: string): Direction | null {
  return directions[key] ?? null;
}

/**
 * Find the box that one comes to: the nearest ahead, rather straight than aslant.
 *
 * To the sides one stays in the row; up and down one comes to the next row even where nothing of it
 * lies straight ahead.
 */
export function nextBox(boxes: readonly Box[], from: Box, direction: Direction): number | null {
  const here = see(from, direction);
  const isAlongRow = direction === "left" || direction === "right";
  let best: number | null = null;
  let bestCost = Infinity;
  boxes.forEach((box, index) => {
    const there = see(box, direction);
    const isAhead = isAlongRow ? isInRow(here, there) : isInNextRow(here, there);
    const cost = costOf(here, there);
    if (isAhead && cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  });
  return best;
}

/** Give the box around several. */
export function around(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const right = Math.max(...boxes.map((box) => box.left + box.width));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  return { left, top, width: right - left, height: bottom - top };
}

/** Give what two boxes have in common, or null where that is nothing. */
export function common(one: Box, other: Box): Box | null {
  const left = Math.max(one.left, other.left);
  const top = Math.max(one.top, other.top);
  const width = Math.min(one.left + one.width, other.left + other.width) - left;
  const height = Math.min(one.top + one.height, other.top + other.height) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : null;
}

function see({ left, top, width, height }: Box, direction: Direction): Seen {
  switch (direction) {
    case "right":
      return { near: left, far: left + width, low: top, high: top + height };
    case "left":
      return { near: -left - width, far: -left, low: top, high: top + height };
    case "down":
      return { near: top, far: top + height, low: left, high: left + width };
    case "up":
      return { near: -top - height, far: -top, low: left, high: left + width };
  }
}

/** What begins before the other ends may still be ahead of it: a button on the edge of a tile. */
function isInRow(here: Seen, there: Seen): boolean {
  const smaller = Math.min(here.high - here.low, there.high - there.low);
  return shared(here, there) * 2 >= smaller && middle(there) > middle(here) + 1;
}

function isInNextRow(here: Seen, there: Seen): boolean {
  if (shared(here, there) > 0) return middle(there) >= here.far;
  return there.near >= here.far - TOUCHING_PX;
}

function costOf(here: Seen, there: Seen): number {
  const ahead = Math.max(0, there.near - here.far);
  const aside = Math.max(0, -shared(here, there));
  const askew = Math.abs(here.low + here.high - there.low - there.high) / 2;
  return ahead * AHEAD + aside + askew * ALIKE;
}

function middle({ near, far }: Seen): number {
  return (near + far) / 2;
}

/** How much of two boxes lies straight ahead of each other; negative is the gap between them. */
function shared(one: Seen, other: Seen): number {
  return Math.min(one.high, other.high) - Math.max(one.low, other.low);
}
