import type { Casting } from "./platform";
import { watchAll } from "./web-events";

const HLS_TYPE = "application/vnd.apple.mpegurl";

/** The element that AirPlay is asked of, where Remote Playback is not there. */
interface AirPlayVideo extends HTMLVideoElement {
  webkitShowPlaybackTargetPicker?: () => void;
  webkitCurrentPlaybackTargetIsWireless?: boolean;
}

/** The videos near which there is a screen that can show them. */
const castable = new WeakSet<HTMLVideoElement>();
const doubles = new WeakMap<HTMLVideoElement, Double>();

/**
 * Stands for a video that is fed from a buffer, which no other screen can be given: its double has
 * the address of the film. The video goes on without a sound while another screen shows the double,
 * so that everything that goes by the video stays as it was.
 */
class Double {
  readonly element = document.createElement("video");
  readonly #video: HTMLVideoElement;
  #wasMuted = false;
  #stopFollowing: (() => void) | null = null;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    // Nobody shall fetch the film twice: the other screen fetches it itself.
    this.element.preload = "none";
  }

  offer(address: string | null): void {
    if (address === null) this.element.removeAttribute("src");
    else this.element.src = address;
  }

  isOffered(): boolean {
    return this.element.hasAttribute("src");
  }

  begin(): void {
    if (this.#stopFollowing !== null) return;
    const video = this.#video;
    this.#wasMuted = video.muted;
    video.muted = true;
    const events = ["play", "pause", "seeked", "ratechange"].map((name) => [video, name] as const);
    const stopHearing = watchAll(events, () => this.#follow());
    const stopJumps = watchAll([[video, "seeked"]], () => this.#jump());
    this.#stopFollowing = () => {
      stopHearing();
      stopJumps();
    };
    this.#jump();
    this.#follow();
  }

  end(): void {
    if (this.#stopFollowing === null) return;
    this.#stopFollowing();
    this.#stopFollowing = null;
    this.element.pause();
    this.#video.muted = this.#wasMuted;
  }

  #jump(): void {
    this.element.currentTime = this.#video.currentTime;
  }

  #follow(): void {
    const { paused, playbackRate } = this.#video;
    // An engine holds the picture by a rate of zero; the other screen has a buffer of its own.
    if (playbackRate > 0) this.element.playbackRate = playbackRate;
    if (paused) this.element.pause();
    else this.element.play().catch(() => undefined);
  }
}

export const casting: Casting = {
  offer(video, address) {
    const isFed = video.currentSrc.startsWith("blob:");
    const mayPlay = video.canPlayType(HLS_TYPE) !== "";
    const given = address !== null && isFed && mayPlay;
    doubles.get(video)?.offer(given ? new URL(address, location.href).href : null);
  },
  isSupported: (video) => castable.has(video),
  isActive: (video: AirPlayVideo) =>
    video.webkitCurrentPlaybackTargetIsWireless === true ||
    remotesOf(video).some(({ state }) => state === "connected"),
  async enter(_stage, video: AirPlayVideo) {
    const double = doubles.get(video);
    const shown = double?.isOffered() ? double.element : video;
    if (video.webkitShowPlaybackTargetPicker) video.webkitShowPlaybackTargetPicker();
    else await remoteOf(shown)?.prompt();
  },
  // The same list of screens is where it ends.
  leave: (stage, video) => casting.enter(stage, video),
  watch(video, onChange) {
    const note = (isNear: boolean) => {
      if (isNear) castable.add(video);
      else castable.delete(video);
      onChange();
    };
    const double = remoteOf(video) === undefined ? null : new Double(video);
    if (double !== null) doubles.set(video, double);
    const stops = [
      watchAirPlay(video, note, onChange),
      watchRemote(video, note, onChange),
      double && watchRemote(double.element, note, onChange),
      double && watchShown(double),
    ];
    return () => {
      for (const stop of stops) stop?.();
      double?.end();
      double?.offer(null);
      doubles.delete(video);
    };
  },
};

function remoteOf(video: HTMLVideoElement): RemotePlayback | undefined {
  return (video as { remote?: RemotePlayback }).remote;
}

function remotesOf(video: HTMLVideoElement): RemotePlayback[] {
  const double = doubles.get(video);
  return [video, ...(double ? [double.element] : [])]
    .map(remoteOf)
    .filter((one) => one !== undefined);
}

function watchAirPlay(
  video: HTMLVideoElement,
  note: (isNear: boolean) => void,
  onChange: () => void,
): () => void {
  const hear = (event: Event) =>
    note((event as Event & { availability?: string }).availability === "available");
  video.addEventListener("webkitplaybacktargetavailabilitychanged", hear);
  const stop = watchAll([[video, "webkitcurrentplaybacktargetiswirelesschanged"]], onChange);
  return () => {
    video.removeEventListener("webkitplaybacktargetavailabilitychanged", hear);
    stop();
  };
}

function watchRemote(
  video: HTMLVideoElement,
  note: (isNear: boolean) => void,
  onChange: () => void,
): () => void {
  const remote = remoteOf(video);
  if (remote === undefined) return () => undefined;
  // Where screens cannot be looked for, there are none.
  remote.watchAvailability(note).catch(() => undefined);
  const events = ["connecting", "connect", "disconnect"].map((name) => [remote, name] as const);
  const stop = watchAll(events, onChange);
  return () => {
    remote.cancelWatchAvailability().catch(() => undefined);
    stop();
  };
}

/** While another screen shows the double, it does what the video does. */
function watchShown(double: Double): () => void {
  const remote = remoteOf(double.element);
  if (remote === undefined) return () => undefined;
  const stopBegin = watchAll([[remote, "connect"]], () => double.begin());
  const stopEnd = watchAll([[remote, "disconnect"]], () => double.end());
  return () => {
    stopBegin();
    stopEnd();
  };
}
