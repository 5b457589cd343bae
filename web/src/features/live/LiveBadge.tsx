import { useText } from "../../app/i18n";

/** What goes out right now is marked so. */
export function LiveBadge() {
  const { live } = useText();
  return (
    <span className="inline-flex items-center gap-1.5 rounded-full bg-live px-2.5 py-0.5 text-sm font-bold tracking-wide whitespace-nowrap text-white uppercase">
      <span aria-hidden className="size-2 rounded-full bg-white" />
      {live.badge}
    </span>
  );
}
