/** A question to the server: when it was asked and answered here, and the server's time between. */
export interface TimedAnswer {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly serverTime: string;
}

/**
 * How far the server's clock is ahead of the one here, which need not know the date: an answer is
 * taken to be under way for half of the time that it took to come.
 */
export function serverAheadMs({ askedAtMs, answeredAtMs, serverTime }: TimedAnswer): number {
  return Date.parse(serverTime) - (askedAtMs + answeredAtMs) / 2;
}
