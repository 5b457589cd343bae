import type { ListedTitle } from "@streamverse/client";

import { useText } from "../../app/i18n";
import { useSorting } from "../use-sorting";
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
  const words = useText().library.list;
  const { list, shown, draggedId, handleOf, said } = useSorting({
    items,
    idOf: ({ title }) => title.id,
    say: ({ title }, place, count) => words.moved(title.name, place, count),
    onOrder,
  });
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
              isDragged={draggedId === item.title.id}
              handle={handleOf(item)}
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
