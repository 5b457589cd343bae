import type { ListedTitle } from "@streamverse/client";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { moved } from "./arrange";
import { ListRow } from "./ListRow";

export interface SortableListProps {
  items: readonly ListedTitle[];
  folders: ReadonlyMap<string, string>;
  chosen: ReadonlySet<string>;
  onChoose: (titleId: string, isChosen: boolean) => void;
  /** Tell the new order; null where the list cannot be put into another. */
  onOrder: ((items: ListedTitle[]) => void) | null;
}

/** A list that is put in order by dragging, or by the arrow keys on a handle. */
export function SortableList({ items, folders, chosen, onChoose, onOrder }: SortableListProps) {
  const text = useText();
  const words = text.library.list;
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<{ id: string; order: ListedTitle[] } | null>(null);
  const [said, setSaid] = useState("");
  const shown = drag?.order ?? items;

  const place = (item: ListedTitle, order: ListedTitle[]) => {
    const at = order.indexOf(item) + 1;
    setSaid(words.moved(item.title.name, at, order.length));
    onOrder?.(order);
  };
  const onKeyDown = (event: KeyboardEvent, item: ListedTitle) => {
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
    const from = drag.order.findIndex(({ title }) => title.id === drag.id);
    if (over >= 0 && over !== from) setDrag({ ...drag, order: moved(drag.order, from, over) });
  };
  const drop = () => {
    const item = drag?.order.find(({ title }) => title.id === drag.id);
    if (drag !== null && item !== undefined) place(item, drag.order);
    setDrag(null);
  };
  return (
    <>
      <ol ref={list} aria-label={words.items} className="grid gap-2">
        {shown.map((item) => (
          <li key={item.title.id}>
            <ListRow
              item={item}
              folder={item.folder_id === null ? undefined : folders.get(item.folder_id)}
              isChosen={chosen.has(item.title.id)}
              onChoose={(isChosen) => onChoose(item.title.id, isChosen)}
              isDragged={drag?.id === item.title.id}
              handle={
                onOrder && {
                  onKeyDown: (event) => onKeyDown(event, item),
                  onPointerDown: (event) => {
                    event.currentTarget.setPointerCapture(event.pointerId);
                    setDrag({ id: item.title.id, order: [...items] });
                  },
                  onPointerMove,
                  onPointerUp: drop,
                }
              }
            />
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}
