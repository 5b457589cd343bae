/** Words of a subtitle that look alike. */
export interface CueRun {
  readonly text: string;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
}

export type CuePlace = "top" | "middle" | "bottom";

/** One subtitle: what is said, when, and where it stands. */
export interface Cue {
  readonly id: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly place: CuePlace;
  readonly runs: readonly CueRun[];
}

/** The subtitles that have arrived so far; those that come twice count once. */
export class CueList {
  #cues: readonly Cue[] = [];

  add(cues: readonly Cue[]): void {
    const known = new Set(this.#cues.map(({ id }) => id));
    const fresh = cues.filter(({ id }) => !known.has(id) && known.add(id));
    this.#cues = [...this.#cues, ...fresh].sort((a, b) => a.startSeconds - b.startSeconds);
  }

  /** Forget those that lie wholly in a stretch of time. */
  remove(startSeconds: number, endSeconds: number): void {
    this.#cues = this.#cues.filter(
      (cue) => cue.startSeconds < startSeconds || cue.endSeconds > endSeconds,
    );
  }

  /** Those that are shown at some moment. */
  at(seconds: number): readonly Cue[] {
    return this.#cues.filter((cue) => cue.startSeconds <= seconds && seconds < cue.endSeconds);
  }
}
