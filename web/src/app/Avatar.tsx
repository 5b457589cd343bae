/** A person: the picture of who watches, or the first letter of the name. */
export function Avatar({ name, picture }: { name: string; picture?: string | undefined }) {
  if (picture !== undefined) {
    return <img src={picture} alt="" className="size-9 rounded-[24%] object-cover" />;
  }
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
