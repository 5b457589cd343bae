export const PASSWORD_MINIMUM = 8;

export type Strength = "short" | "weak" | "fair" | "good" | "strong";

const ALPHABETS: readonly (readonly [RegExp, number])[] = [
  [/\p{Ll}/u, 26],
  [/\p{Lu}/u, 26],
  [/\p{Nd}/u, 10],
  [/\s/u, 6],
  [/[^\p{L}\p{Nd}\s]/u, 20],
  [/[^\p{ASCII}]/u, 40],
];
const STEPS: readonly (readonly [number, Strength])[] = [
  [36, "weak"],
  [50, "fair"],
  [78, "good"],
];

/** Guess how hard a password is to guess; the server alone decides whether it will do. */
export function strengthOf(password: string): Strength {
  const letters = Array.from(password);
  if (letters.length < PASSWORD_MINIMUM) return "short";
  const alphabet = ALPHABETS.filter(([kind]) => kind.test(password));
  const size = alphabet.reduce((sum, [, count]) => sum + count, 0);
  const bits = surprises(letters) * Math.log2(size);
  return STEPS.find(([limit]) => bits < limit)?.[1] ?? "strong";
}

/** How many letters are more than a repetition or the next in a row; seen before counts half. */
function surprises(letters: readonly string[]): number {
  const seen = new Set<string>();
  let count = 0;
  let former: number | null = null;
  for (const letter of letters) {
    const code = letter.codePointAt(0) ?? 0;
    const isInRow = former !== null && Math.abs(code - former) <= 1;
    if (!isInRow) count += seen.has(letter) ? 0.6 : 1;
    seen.add(letter);
    former = code;
  }
  return count;
}
