/** A codec of each sort, as browsers want it named. */
const samples: Readonly<Record<string, string>> = {
  avc1: 'video/mp4; codecs="avc1.4d401f"',
  hvc1: 'video/mp4; codecs="hvc1.1.6.L93.B0"',
  av01: 'video/mp4; codecs="av01.0.05M.08"',
  mp4a: 'audio/mp4; codecs="mp4a.40.2"',
  "ec-3": 'audio/mp4; codecs="ec-3"',
  Opus: 'audio/mp4; codecs="opus"',
};

export function webCodecs(): string[] {
  if (typeof MediaSource === "undefined") return [];
  const decoded = Object.entries(samples).filter(([, type]) => MediaSource.isTypeSupported(type));
  return decoded.map(([entry]) => entry);
}
