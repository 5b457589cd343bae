import type { Storage } from "@streamverse/client";

export type Weights = Storage["totals"];

/** What bytes are for, in the order of the chart. */
export const KINDS = ["source", "h264", "hevc", "av1", "sound", "pictures", "other"] as const;
export type Kind = (typeof KINDS)[number];

export interface Part {
  readonly kind: Kind;
  readonly sizeBytes: number;
  /** Of the whole, from 0 to 1. */
  readonly share: number;
}

/** The parts of a chart that are there at all. */
export function partsOf(weights: Weights): Part[] {
  return KINDS.map((kind) => ({
    kind,
    sizeBytes: weights[`${kind}_bytes`],
    share: weights[`${kind}_bytes`] / Math.max(1, weights.total_bytes),
  })).filter((part) => part.sizeBytes > 0);
}

/** What the picture tracks of all codecs take together. */
export function pictureBytes(weights: Weights): number {
  return weights.h264_bytes + weights.hevc_bytes + weights.av1_bytes;
}
