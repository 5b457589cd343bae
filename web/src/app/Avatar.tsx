/** A person, as the first letter of the name. */
export function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="grid size-9 place-items-center rounded-full bg-accent font-display font-bold text-accent-ink"
    >
      {firstLetter(name)}
    </span>
  );
}

function firstLetter(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? "?";
}
