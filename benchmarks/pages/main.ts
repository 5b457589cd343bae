/** A page with one player and nothing else; what it does is measured on the media element. */

/** Play an HLS address on an element, as the player's own first example does it. */
export type Start = (video: HTMLVideoElement, url: string) => Promise<void> | void;

/** What was seen of a film so far; milliseconds. */
interface Seen {
  firstFrameMs: number | null;
  playedMs: number;
  stalledMs: number;
  stalls: number;
  /** How long each height of picture was shown. */
  heightsMs: Record<number, number>;
}

const players: Record<string, () => Promise<{ start: Start }>> = {
  streamverse: () => import("./streamverse"),
  shaka: () => import("./shaka"),
  hlsjs: () => import("./hlsjs"),
};

const LOOK_EVERY_MS = 50;
/** Pictures of 24 a second stand still for 42 ms: what stands for longer than two looks is late. */
const LATE_AFTER_MS = 150;

const asked = new URLSearchParams(location.search);
const button = document.querySelector("button");
const video = document.querySelector("video");
const load = players[asked.get("player") ?? ""];
const film = asked.get("film");
if (!button || !video || !load || film === null) throw new Error("Say which player and film.");

const seen: Seen = { firstFrameMs: null, playedMs: 0, stalledMs: 0, stalls: 0, heightsMs: {} };
Object.assign(window, { seen });

const { start } = await load();
button.addEventListener("click", (event) => {
  video.requestVideoFrameCallback((at) => {
    seen.firstFrameMs = at - event.timeStamp;
    watch(video);
  });
  void start(video, film);
});
button.disabled = false;

function watch(video: HTMLVideoElement): void {
  let lookedAtMs = performance.now();
  let movedAtMs = lookedAtMs;
  let position = video.currentTime;
  let isStalled = false;
  setInterval(() => {
    const nowMs = performance.now();
    const passedMs = nowMs - lookedAtMs;
    lookedAtMs = nowMs;
    if (video.ended) return;
    if (video.currentTime !== position) {
      position = video.currentTime;
      movedAtMs = nowMs;
      isStalled = false;
      seen.playedMs += passedMs;
      seen.heightsMs[video.videoHeight] = (seen.heightsMs[video.videoHeight] ?? 0) + passedMs;
      return;
    }
    if (nowMs - movedAtMs > LATE_AFTER_MS && !isStalled) {
      isStalled = true;
      seen.stalls += 1;
    }
    seen.stalledMs += passedMs;
  }, LOOK_EVERY_MS);
}
