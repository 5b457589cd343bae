/** Streams that are fetched from an address. */
export const liveSources = {
  intake: "How it comes in",
  intakes: { encoder: "An encoder sends", source: "We fetch from an address" },
  address: "Address",
  addressHint:
    "rtsp:// of a camera, https:// of an HLS playlist (.m3u8), or srt:// of an encoder that listens. Cameras in your own network have to be allowed by whoever runs this service.",
  user: "User",
  userHint: "Leave it empty if nobody has to log in there.",
  password: "Password",
  passwordKept: "A password is kept. Type another one to change it.",
  times: "Fetched",
  timesOf: { always: "Always", scheduled: "At the times of the stream" },
  tryIt: "Try it",
  trying: "We look for up to ten seconds.",
  holds: (parts: string) => `It works: ${parts}.`,
  picture: (codec: string, size: string) => `${codec}, ${size}`,
  frames: (rate: string) => `${rate} pictures a second`,
  sound: (codec: string, rate: string) => `sound in ${codec}, ${rate} kHz`,
  noSound: "no sound that can be passed on",
  noPicture: "no pictures",
  codecs: { h264: "H.264", hevc: "HEVC", av1: "AV1", aac: "AAC", opus: "Opus" } as Readonly<
    Record<string, string>
  >,
  states: {
    off: "The source is switched off.",
    waiting: "The source is not fetched right now.",
    connecting: "The source is being fetched.",
    receiving: "The source comes in.",
  },
  since: (age: string, rate: string) => `It began ${age}, and brings ${rate} now.`,
  retryAt: (moment: string) => `Next attempt: ${moment}.`,
};
