import { Poster } from "./Poster";
import type { TitleCard } from "./queries";

/** The picture behind, fading into the page towards the words; on phones they begin beneath it. */
export function HeroBackdrop({ title }: { title: TitleCard }) {
  return (
    <div aria-hidden className="absolute inset-x-0 top-0 -z-10 h-80 lg:h-full">
      <Poster
        title={title.poster === null ? { ...title, name: "" } : title}
        sizes="(min-width: 64rem) 74vw, 100vw"
        isUrgent
        className="absolute! inset-y-0 end-0 w-full lg:w-[74%]"
      />
      <div className="absolute inset-0 bg-linear-to-t from-canvas via-canvas/90 via-30% to-canvas/10 lg:via-transparent lg:via-55% lg:to-transparent" />
      <div className="absolute inset-0 hidden bg-linear-to-r from-canvas from-28% via-canvas/70 via-48% to-transparent to-80% lg:block rtl:bg-linear-to-l" />
    </div>
  );
}
