import { Player, type Source, webPlatform } from "@streamverse/player";

import type { Start } from "./main";

export const start: Start = (video, url) => {
  const source: Source = {
    id: "film",
    hlsUrl: url,
    protection: null,
    durationSeconds: 0,
    isGrowing: false,
    lineBps: null,
    buffering: { aheadSeconds: 30, resumeAfterSeconds: 0.5 },
    sessionId: "film",
    master: null,
  };
  const player = new Player({
    platform: webPlatform,
    video,
    stage: document.body,
    renew: () => Promise.resolve(source),
  });
  Object.assign(window, { player });
  return player.load(source);
};

// Other players are there when their page is: so is this one's engine.
await import("../../packages/player/src/engines/shaka");
