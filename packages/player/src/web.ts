import type { Engine } from "./engine";
import type { PlayerCommand } from "./keys";
import type { LiveEngine } from "./live-engine";
import type { DisplayMode, Memory, NowPlaying, Platform } from "./platform";
import { casting } from "./web-casting";
import { webCodecs } from "./web-codecs";
import { watchAll } from "./web-events";

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

/** What the keys of keyboards and headphones ask for. */
const mediaKeys: Readonly<
  Partial<Record<MediaSessionAction, (details: MediaSessionActionDetails) => PlayerCommand>>
> = {
  play: () => ({ do: "play" }),
  pause: () => ({ do: "pause" }),
  stop: () => ({ do: "pause" }),
  seekbackward: ({ seekOffset }) => ({ do: "skip", seconds: -(seekOffset ?? 10) }),
  seekforward: ({ seekOffset }) => ({ do: "skip", seconds: seekOffset ?? 10 }),
  seekto: ({ seekTime }) => ({ do: "seek", seconds: seekTime ?? 0 }),
};

function announce(
  { name, by, pictureUrl }: NowPlaying,
  onCommand: (command: PlayerCommand) => void,
): () => void {
  const { mediaSession: session } = navigator as { mediaSession?: MediaSession };
  if (session === undefined) return () => undefined;
  session.metadata = new MediaMetadata({
    title: name,
    ...(by === null ? {} : { artist: by }),
    ...(pictureUrl === null ? {} : { artwork: [{ src: pictureUrl }] }),
  });
  const actions = Object.entries(mediaKeys) as [
    MediaSessionAction,
    (details: MediaSessionActionDetails) => PlayerCommand,
  ][];
  for (const [action, commandOf] of actions) {
    listen(session, action, (details) => onCommand(commandOf(details)));
  }
  return () => {
    session.metadata = null;
    for (const [action] of actions) listen(session, action, null);
  };
}

/** Browsers refuse actions that they do not know. */
function listen(
  session: MediaSession,
  action: MediaSessionAction,
  handler: MediaSessionActionHandler | null,
): void {
  try {
    session.setActionHandler(action, handler);
  } catch {
    // This key does nothing here.
  }
}

const loadShaka = () => import("./engines/shaka");

/** Browsers: Shaka where Media Source Extensions are, the element's own HLS elsewhere. */
export const webPlatform: Platform = {
  name: "web",
  memory,
  fullscreen,
  pictureInPicture,
  casting,
  warmUp() {
    // If it fails now, playing will say so.
    loadShaka().catch(() => undefined);
  },
  codecs: webCodecs,
  async createEngine(video, listener): Promise<Engine> {
    const { ShakaEngine } = await loadShaka();
    if (ShakaEngine.isSupported()) return new ShakaEngine(video, listener);
    const { NativeEngine } = await import("./engines/native");
    return new NativeEngine(video, listener);
  },
  async createLiveEngine(video, listener, mode): Promise<LiveEngine> {
    if (mode === "lowest") {
      const { WhepLiveEngine } = await import("./engines/whep-live");
      return new WhepLiveEngine(video, listener);
    }
    const { ShakaLiveEngine } = await import("./engines/shaka-live");
    if (ShakaLiveEngine.isSupported()) return new ShakaLiveEngine(video, listener, mode);
    const { NativeLiveEngine } = await import("./engines/native-live");
    return new NativeLiveEngine(video, listener);
  },
  announce,
  watchLeaving: (onLeave) => watchAll([[window, "pagehide"]], onLeave),
  watchOnline: (onOnline) => watchAll([[window, "online"]], onOnline),
  nowMs: () => performance.now(),
};
