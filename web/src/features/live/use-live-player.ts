import {
  initialLiveState,
  type LiveAddresses,
  type LiveMode,
  LivePlayer,
  type LiveState,
  noPreferences,
  webPlatform,
} from "@streamverse/player";
import { useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";

import { viewerPreferences } from "../player/viewer-preferences";
import { preferencesQuery } from "../preferences/queries";
import { useCurrentProfile } from "../profiles/queries";

export function useLivePlayer(
  video: RefObject<HTMLVideoElement | null>,
  { hlsUrl, whepUrl, licenseUrl }: LiveAddresses,
  mode: LiveMode,
  serverAheadMs: number,
): LivePlayer | null {
  const [player, setPlayer] = useState<LivePlayer | null>(null);
  const { maxHeight, maxBitrateBps } = useLiked();
  useEffect(() => {
    if (video.current === null) return undefined;
    const made = new LivePlayer(video.current, (...given) =>
      webPlatform.createLiveEngine(...given),
    );
    // The player lives on the element, so it can only be made once that is there.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setPlayer(made);
    return () => {
      void made.destroy();
    };
  }, [video]);
  useEffect(() => {
    player?.tellTimeBy(() => webPlatform.nowMs() + serverAheadMs);
  }, [player, serverAheadMs]);
  useEffect(() => {
    player?.prefer({ maxHeight, maxBitrateBps });
  }, [player, maxHeight, maxBitrateBps]);
  useEffect(() => {
    void player?.load({ hlsUrl, whepUrl, licenseUrl }, mode);
  }, [player, hlsUrl, whepUrl, licenseUrl, mode]);
  return player;
}

/** How whoever watches likes what they watch; it may come to be known while that plays. */
function useLiked() {
  const profileId = useCurrentProfile()?.id;
  const asked = useQuery({
    ...preferencesQuery(profileId ?? ""),
    enabled: profileId !== undefined,
  });
  return asked.data === undefined ? noPreferences : viewerPreferences(asked.data);
}

const nothing = () => () => undefined;

export function useLiveState(player: LivePlayer | null): LiveState {
  return useSyncExternalStore(
    player === null ? nothing : player.store.subscribe,
    player === null ? () => initialLiveState : player.store.get,
  );
}

export interface Fullscreen {
  isFull: boolean;
  toggle: () => void;
}

export function useFullscreen(
  stage: HTMLElement | null,
  video: RefObject<HTMLVideoElement | null>,
): Fullscreen {
  const { fullscreen } = webPlatform;
  const [isFull, setIsFull] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    return fullscreen.watch(element, () => setIsFull(fullscreen.isActive(element)));
  }, [fullscreen, video]);
  const toggle = () => {
    const element = video.current;
    if (stage === null || element === null) return;
    void (isFull ? fullscreen.leave(stage, element) : fullscreen.enter(stage, element));
  };
  return { isFull, toggle };
}
