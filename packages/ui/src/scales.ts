/** How numbers become places on an axis. */
export interface Scale {
  /** From 0 at the start of the axis to 1 at its end. */
  at: (value: number) => number;
  ticks: number[];
}

/** An axis in equal steps, from a round number below the lowest value to one above the highest. */
export function linearScale(values: readonly number[], step: number): Scale {
  const low = Math.floor(Math.min(...values) / step) * step;
  const high = Math.max(low + step, Math.ceil(Math.max(...values) / step) * step);
  const count = Math.round((high - low) / step);
  return {
    at: (value) => (value - low) / (high - low),
    ticks: Array.from({ length: count + 1 }, (_, index) => low + index * step),
  };
}

const ROUND = [1, 2, 5];

/** An axis on which equal distances are equal ratios; its ticks are 1, 2 and 5 of each power. */
export function logarithmicScale(values: readonly number[]): Scale {
  const powers = Array.from({ length: 20 }, (_, index) => 10 ** index);
  const round = powers.flatMap((power) => ROUND.map((digit) => digit * power));
  const low = Math.max(1, Math.min(...values));
  const high = Math.max(low, ...values);
  const first = round.findLast((tick) => tick <= low) ?? 1;
  const last = round.find((tick) => tick > high) ?? high;
  const length = Math.log(last / first);
  return {
    at: (value) => Math.log(Math.max(value, first) / first) / length,
    ticks: round.filter((tick) => tick >= first && tick <= last),
  };
}
