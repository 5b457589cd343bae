import type { Engine } from "./engine";
import type { DisplayMode, Memory, Platform } from "./platform";

/** The video element of iPhones, which alone can fill the screen there. */
interface AppleVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
  webkitExitFullscreen?: () => void;
  webkitDisplayingFullscreen?: boolean;
}

const memory: Memory = {
  read(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // Storage is switched off.
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Storage is full or switched off: nothing is remembered, everything plays.
    }
  },
};

const fullscreen: DisplayMode = {
  isSupported: (video: AppleVideo) =>
    document.fullscreenEnabled || video.webkitEnterFullscreen !== undefined,
  isActive: (video: AppleVideo) =>
    document.fullscreenElement !== null || video.webkitDisplayingFullscreen === true,
  async enter(stage, video: AppleVideo) {
    if (document.fullscreenEnabled) await stage.requestFullscreen();
    else video.webkitEnterFullscreen?.();
  },
  async leave(_stage, video: AppleVideo) {
    if (document.fullscreenElement) await document.exitFullscreen();
    else video.webkitExitFullscreen?.();
  },
  watch: (video, onChange) =>
    watchAll(
      [
        [document, "fullscreenchange"],
        [video, "webkitbeginfullscreen"],
        [video, "webkitendfullscreen"],
      ],
      onChange,
    ),
};

const pictureInPicture: DisplayMode = {
  isSupported: () => document.pictureInPictureEnabled,
  isActive: (video) => document.pictureInPictureElement === video,
  async enter(_stage, video) {
    await video.requestPictureInPicture();
  },
  leave: () => document.exitPictureInPicture(),
  watch: (video, onChange) =>
    watchAll(
      [
        [video, "enterpictureinpicture"],
        [video, "leavepictureinpicture"],
      ],
      onChange,
    ),
};

/** Browsers: Shaka where Media Source Extensions are, the element's own HLS elsewhere. */
export const webPlatform: Platform = {
  name: "web",
  memory,
  fullscreen,
  pictureInPicture,
  async createEngine(video, listener): Promise<Engine> {
    const { ShakaEngine } = await import("./engines/shaka");
    if (ShakaEngine.isSupported()) return new ShakaEngine(video, listener);
    const { NativeEngine } = await import("./engines/native");
    return new NativeEngine(video, listener);
  },
  watchLeaving: (onLeave) => watchAll([[window, "pagehide"]], onLeave),
  nowMs: () => performance.now(),
};

function watchAll(
  events: readonly (readonly [EventTarget, string])[],
  run: () => void,
): () => void {
  for (const [target, name] of events) target.addEventListener(name, run);
  return () => {
    for (const [target, name] of events) target.removeEventListener(name, run);
  };
}
