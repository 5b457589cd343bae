import shaka from "shaka-player/dist/shaka-player.hls-es2021.js";

export const HLS_TYPE = "application/vnd.apple.mpegurl";
/** Of addresses whose answers are known already. */
const SCHEME = "given:";
const given = new Map<string, string>();

/** Let a master be read from memory, which saves a player the first of its round trips. */
export function giveMaster(hlsUrl: string, text: string): string {
  const address = SCHEME + new URL(hlsUrl, location.href).href;
  given.set(address, text);
  return address;
}

export function forgetMaster(address: string): void {
  given.delete(address);
}

const readGiven: shaka.extern.SchemePlugin = (address, request) => {
  const data = new TextEncoder().encode(given.get(address));
  return shaka.util.AbortableOperation.completed({
    // What it names is named relative to where it would have come from.
    uri: address.slice(SCHEME.length),
    originalUri: address,
    originalRequest: request,
    data,
    headers: { "content-type": HLS_TYPE },
    status: 200,
    timeMs: 0,
  });
};
shaka.net.NetworkingEngine.registerScheme(SCHEME.slice(0, -1), readGiven);

/**
 * Say with each request what a CDN or a log can use (CMCD, CTA-5004). In headers, addresses stay
 * the same for caches; another host would have to be asked first whether it takes such headers.
 */
export function sayWithRequests(
  player: shaka.Player,
  url: string,
  { sessionId, contentId }: { sessionId: string; contentId: string },
): void {
  const useHeaders = new URL(url, location.href).origin === location.origin;
  player.configure({ cmcd: { enabled: true, useHeaders, sessionId, contentId } });
}
