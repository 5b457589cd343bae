import type { TitleCard } from "@streamverse/client";
import { cx, IconButton } from "@streamverse/ui";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { TitleTile } from "./TitleTile";

export interface RailProps<Item extends TitleCard> {
  rail: { name: string; items: readonly Item[] };
  /** What is said beneath a title, by its number. */
  notes?: Readonly<Record<string, string>>;
  /** Draw an item in another way than as a plain tile. */
  children?: (item: Item, index: number) => ReactNode;
}

/** A row of titles that scrolls sideways, by finger, wheel, keyboard or its two buttons. */
export function Rail<Item extends TitleCard>({ rail, notes = {}, children }: RailProps<Item>) {
  const text = useText();
  const headingId = useId();
  const list = useRef<HTMLUListElement>(null);
  const room = useScrollRoom(list, rail.items.length);
  const scroll = (pages: number) => {
    const element = list.current;
    if (element === null) return;
    const direction = getComputedStyle(element).direction === "rtl" ? -1 : 1;
    element.scrollBy({ left: direction * pages * element.clientWidth * 0.85, behavior: "smooth" });
  };
  return (
    <section aria-labelledby={headingId} className="mt-10">
      <div className="gutter mb-4 flex min-h-11 items-center justify-between gap-4">
        <h2 id={headingId} className="text-2xl font-bold">
          {rail.name}
        </h2>
        {room.canScroll && (
          <div data-arrows="pass" className="hidden gap-1 sm:flex">
            <IconButton
              label={text.home.scrollBack(rail.name)}
              onClick={() => scroll(-1)}
              disabled={room.isAtStart}
              className="rtl:-scale-x-100"
            >
              <ChevronLeft aria-hidden />
            </IconButton>
            <IconButton
              label={text.home.scrollOn(rail.name)}
              onClick={() => scroll(1)}
              disabled={room.isAtEnd}
              className="rtl:-scale-x-100"
            >
              <ChevronRight aria-hidden />
            </IconButton>
          </div>
        )}
      </div>
      <ul
        ref={list}
        className={cx(
          "gutter flex snap-x scroll-px-(--rail-edge) gap-4 overflow-x-auto py-2 scrollbar-none sm:gap-5",
          "[--rail-edge:max(1rem,min(4vw,4.5rem))]",
        )}
      >
        {rail.items.map((title, index) => (
          <li key={title.id} className="w-[min(72vw,max(19rem,17vw))] shrink-0 snap-start">
            {children === undefined ? (
              <TitleTile title={title} note={notes[title.id]} />
            ) : (
              children(title, index)
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const EVERYTHING_FITS = { canScroll: false, isAtStart: true, isAtEnd: true };

function useScrollRoom(list: React.RefObject<HTMLUListElement | null>, count: number) {
  const [room, setRoom] = useState(EVERYTHING_FITS);
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const read = () => {
      const range = element.scrollWidth - element.clientWidth;
      const at = Math.abs(element.scrollLeft);
      setRoom({ canScroll: range > 4, isAtStart: at < 4, isAtEnd: at > range - 4 });
    };
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, [list, count]);
  return room;
}
