import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import { moved } from "./library/arrange";

/** What the handle of a row takes. */
export interface Handle {
  onKeyDown: (event: KeyboardEvent) => void;
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: () => void;
}

export interface SortingProps<Item> {
  items: readonly Item[];
  idOf: (item: Item) => string;
  /** Say where an item is now. */
  say: (item: Item, place: number, count: number) => string;
  /** Tell the new order; null where the list cannot be put into another. */
  onOrder: ((items: Item[]) => void) | null;
}

/** A list that is put in order by dragging, or by the arrow keys on a handle. */
export function useSorting<Item>({ items, idOf, say, onOrder }: SortingProps<Item>) {
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<{ id: string; order: Item[] } | null>(null);
  const [said, setSaid] = useState("");

  const place = (item: Item, order: Item[]) => {
    setSaid(say(item, order.indexOf(item) + 1, order.length));
    onOrder?.(order);
  };
  const onKeyDown = (event: KeyboardEvent, item: Item) => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const from = items.indexOf(item);
    if (items[from + step] !== undefined) place(item, moved(items, from, from + step));
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag === null || list.current === null) return;
    const rows = [...list.current.children].map((row) => row.getBoundingClientRect());
    const over = rows.findIndex(
      ({ top, bottom }) => event.clientY >= top && event.clientY < bottom,
    );
    const from = drag.order.findIndex((item) => idOf(item) === drag.id);
    if (over >= 0 && over !== from) setDrag({ ...drag, order: moved(drag.order, from, over) });
  };
  const onPointerUp = () => {
    const item = drag?.order.find((one) => idOf(one) === drag.id);
    if (drag !== null && item !== undefined) place(item, drag.order);
    setDrag(null);
  };
  const handleOf = (item: Item): Handle | null =>
    onOrder && {
      onKeyDown: (event) => onKeyDown(event, item),
      onPointerDown: (event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ id: idOf(item), order: [...items] });
      },
      onPointerMove,
      onPointerUp,
    };
  return { list, shown: drag?.order ?? items, draggedId: drag?.id ?? null, handleOf, said };
}
