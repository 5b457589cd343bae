/** What can be asked of the player itself. */
export type PlayerCommand =
  | {
      readonly do:
        | "play"
        | "pause"
        | "toggle-play"
        | "toggle-mute"
        | "toggle-fullscreen"
        | "toggle-picture-in-picture"
        | "toggle-captions"
        | "next-audio";
    }
  | { readonly do: "skip"; readonly seconds: number }
  | { readonly do: "seek"; readonly seconds: number }
  | { readonly do: "seek-fraction"; readonly fraction: number }
  | { readonly do: "frame"; readonly step: 1 | -1 }
  | { readonly do: "volume"; readonly by: number }
  | { readonly do: "rate"; readonly step: 1 | -1 };

const ofThePage = ["help", "details", "skip-marker", "next-title"] as const;

/** What only the page around the player can do. */
export interface PageCommand {
  readonly do: (typeof ofThePage)[number];
}

/** What a key asks for. */
export type Command = PlayerCommand | PageCommand;

const commands: Readonly<Record<string, Command>> = {
  " ": { do: "toggle-play" },
  Enter: { do: "toggle-play" },
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
  a: { do: "next-audio" },
  i: { do: "toggle-picture-in-picture" },
  s: { do: "skip-marker" },
  n: { do: "next-title" },
  d: { do: "details" },
  ",": { do: "frame", step: -1 },
  ".": { do: "frame", step: 1 },
  "<": { do: "rate", step: -1 },
  ">": { do: "rate", step: 1 },
  "?": { do: "help" },
};

export function isForPage(command: Command): command is PageCommand {
  return ofThePage.some((name) => name === command.do);
}

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
