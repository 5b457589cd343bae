/** Something that stands at a number beneath something else. */
export interface Numbered {
  readonly id: string;
  readonly number: number | null;
}

/**
 * The numbers that have to change so that things stand in an order: the same numbers as before,
 * given out anew; where one is missing or there twice, they are counted from 1.
 */
export function renumbered(inOrder: readonly Numbered[]): { id: string; number: number }[] {
  const given = inOrder.map(({ number }) => number).filter((number) => number !== null);
  const isClear = new Set(given).size === inOrder.length;
  const numbers = isClear ? given.toSorted((a, b) => a - b) : inOrder.map((_, place) => place + 1);
  return inOrder
    .map(({ id, number: before }, place) => ({ id, before, number: numbers[place] ?? place + 1 }))
    .filter(({ before, number }) => before !== number)
    .map(({ id, number }) => ({ id, number }));
}
