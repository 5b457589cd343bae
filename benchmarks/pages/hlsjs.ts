import Hls from "hls.js";

import type { Start } from "./main";

export const start: Start = (video, url) => {
  const hls = new Hls();
  hls.loadSource(url);
  hls.attachMedia(video);
  hls.on(Hls.Events.MANIFEST_PARSED, () => void video.play());
};
