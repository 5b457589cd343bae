/** What a key asks of the player. */
export type Command =
  | {
      readonly do: "toggle-play" | "toggle-mute" | "toggle-fullscreen" | "toggle-captions" | "help";
    }
  | { readonly do: "skip"; readonly seconds: number }
  | { readonly do: "seek-fraction"; readonly fraction: number }
  | { readonly do: "volume"; readonly by: number }
  | { readonly do: "rate"; readonly step: 1 | -1 };

const commands: Readonly<Record<string, Command>> = {
  " ": { do: "toggle-play" },
  k: { do: "toggle-play" },
  j: { do: "skip", seconds: -10 },
  l: { do: "skip", seconds: 10 },
  ArrowLeft: { do: "skip", seconds: -5 },
  ArrowRight: { do: "skip", seconds: 5 },
  ArrowUp: { do: "volume", by: 0.05 },
  ArrowDown: { do: "volume", by: -0.05 },
  Home: { do: "seek-fraction", fraction: 0 },
  End: { do: "seek-fraction", fraction: 1 },
  f: { do: "toggle-fullscreen" },
  m: { do: "toggle-mute" },
  c: { do: "toggle-captions" },
  "<": { do: "rate", step: -1 },
  ">": { do: "rate", step: 1 },
  "?": { do: "help" },
};

/** Find what a key means; null for a key that is none of ours. */
export function commandOf(key: string): Command | null {
  if (/^[0-9]$/.test(key)) return { do: "seek-fraction", fraction: Number(key) / 10 };
  return commands[key] ?? commands[key.toLowerCase()] ?? null;
}

export const rates = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next speed up or down from the present one. */
export function steppedRate(rate: number, step: 1 | -1): number {
  const next = step > 0 ? rates.find((r) => r > rate) : rates.findLast((r) => r < rate);
  return next ?? rate;
}
