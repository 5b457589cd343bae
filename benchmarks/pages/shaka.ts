import shaka from "shaka-player/dist/shaka-player.compiled.js";

import type { Start } from "./main";

shaka.polyfill.installAll();

export const start: Start = async (video, url) => {
  const player = new shaka.Player();
  await player.attach(video);
  await player.load(url);
  await video.play();
};
