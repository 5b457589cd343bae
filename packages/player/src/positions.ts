import type { Memory } from "./platform";

const KEY = "streamverse.positions";
const KEPT = 200;
const TOO_EARLY_SECONDS = 10;

type Entry = readonly [titleId: string, seconds: number];

/** Remembers on this device how far each title was watched. */
export class Positions {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  find(titleId: string): number | null {
    return this.#entries().find(([id]) => id === titleId)?.[1] ?? null;
  }

  /** Remember a position; one at the very start or in the closing credits is forgotten instead. */
  remember(titleId: string, seconds: number, durationSeconds: number): void {
    const others = this.#entries().filter(([id]) => id !== titleId);
    const isWorthIt =
      seconds >= TOO_EARLY_SECONDS && seconds < creditsStartSeconds(durationSeconds);
    const entries: Entry[] = isWorthIt ? [[titleId, Math.round(seconds)], ...others] : others;
    this.#memory.write(KEY, JSON.stringify(entries.slice(0, KEPT)));
  }

  /** Forget all of them, for whoever uses the device next. */
  clear(): void {
    this.#memory.write(KEY, "[]");
  }

  #entries(): Entry[] {
    try {
      const parsed: unknown = JSON.parse(this.#memory.read(KEY) ?? "[]");
      return Array.isArray(parsed) ? parsed.filter(isEntry) : [];
    } catch {
      return [];
    }
  }
}

/** The last twentieth, but at most the last two minutes, counts as credits. */
function creditsStartSeconds(durationSeconds: number): number {
  return durationSeconds - Math.min(120, durationSeconds / 20);
}

function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number";
}
