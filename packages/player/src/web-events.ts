/** Hear of several events at several places; gives back how to stop hearing. */
export function watchAll(
  events: readonly (readonly [EventTarget, string])[],
  run: () => void,
): () => void {
  for (const [target, name] of events) target.addEventListener(name, run);
  return () => {
    for (const [target, name] of events) target.removeEventListener(name, run);
  };
}
