import {
  initialState,
  Player,
  type PlayerDebugState,
  type PlayerState,
  type Source,
  type ViewerPreferences,
  type WatchProgress,
  webPlatform,
} from "@streamverse/player";
import { type RefObject, useCallback, useEffect, useState, useSyncExternalStore } from "react";

import type { OpenSession } from "./sessions";

declare global {
  interface Window {
    /** A look into the player on the page, for tests and bug reports. */
    __streamverse_player?: { state(): PlayerDebugState };
  }
}

export function sourceOf({ session_id, playback, throughput_bps, buffering }: OpenSession): Source {
  return {
    id: playback.title_id,
    sessionId: session_id,
    hlsUrl: playback.hls_url,
    master: playback.hls_master,
    protection: playback.drm && {
      licenseUrl: playback.drm.license_url,
      keyIds: playback.drm.key_ids,
    },
    durationSeconds: playback.duration_ms / 1000,
    isGrowing: playback.is_growing,
    lineBps: throughput_bps,
    buffering: {
      aheadSeconds: buffering.ahead_ms / 1000,
      resumeAfterSeconds: buffering.resume_after_ms / 1000,
    },
  };
}

export interface Playing {
  /** The session that it begins with, and how one with fresh addresses is got. */
  session: OpenSession;
  renew: () => Promise<OpenSession>;
  preferences: ViewerPreferences;
  startSeconds: number;
  onProgress: (progress: WatchProgress) => void;
  /** Whether it has everything by now that it lacked when it was granted. */
  isWhole: boolean;
}

/** Play on the given elements for as long as they are on the page. */
export function usePlayer(
  video: RefObject<HTMLVideoElement | null>,
  stage: HTMLElement,
  { session, renew, preferences, startSeconds, onProgress, isWhole }: Playing,
): Player | null {
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    if (video.current === null) return;
    const made = new Player({
      platform: webPlatform,
      video: video.current,
      stage,
      renew: async () => sourceOf(await renew()),
      preferences,
      onProgress,
    });
    window.__streamverse_player = { state: made.debugState };
    // The player lives on the elements, so it can only be made once they are there.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setPlayer(made);
    void made.load(sourceOf(session), startSeconds);
    return () => {
      delete window.__streamverse_player;
      void made.destroy();
    };
  }, [video, stage, session, renew, preferences, startSeconds, onProgress]);
  const isOutgrown = session.playback.is_growing && isWhole;
  useEffect(() => {
    if (isOutgrown) void player?.takeBetterPictures();
  }, [player, isOutgrown]);
  return player;
}

const nothing = () => () => undefined;

export function usePlayerState(player: Player | null): PlayerState {
  const read = useCallback(() => player?.store.get() ?? initialState, [player]);
  return useSyncExternalStore(player?.store.subscribe ?? nothing, read);
}
