import { cx } from "@streamverse/ui";

/** The wordmark; where room is short, only its sign. */
export function Logo({ isShortOnPhones = false }: { isShortOnPhones?: boolean }) {
  return (
    <span
      dir="ltr"
      className="inline-flex items-center gap-2 font-display text-xl font-extrabold tracking-tight"
    >
      <svg
        aria-hidden
        viewBox="0 0 24 24"
        className={cx("size-[1.25em] text-accent-text", isShortOnPhones && "max-sm:size-9")}
        fill="currentColor"
      >
        <path d="M8 4.200v15.600c0 1.100 1.200 1.800 2.200 1.200l11.900-7.800c.9-.6.9-1.900 0-2.400L10.200 3c-1-.6-2.200.1-2.200 1.200Z" />
        <rect x="2" y="6.500" width="2.800" height="11" rx="1.400" opacity=".55" />
      </svg>
      <span className={cx("whitespace-nowrap", isShortOnPhones && "max-sm:sr-only")}>
        Stream<span className="text-accent-text">Verse</span>
      </span>
    </span>
  );
}
