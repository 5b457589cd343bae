import type { TitleCard } from "@streamverse/client";
import { Button, buttonClass, Field } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FileUp, Pencil, PenLine } from "lucide-react";
import { useDeferredValue, useState } from "react";

import { useText } from "../app/i18n";
import { Poster } from "../features/catalog/Poster";
import { titlesQuery } from "../features/catalog/queries";
import { StateBadge } from "../features/catalog/StateBadge";
import { BulkDialog } from "../features/editor/BulkDialog";
import { History } from "../features/editor/History";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";

export function AdminTitlesPage() {
  return (
    <Permitted to="titles.edit">
      <AdminTitles />
    </Permitted>
  );
}

function AdminTitles() {
  const text = useText();
  const { editor } = text;
  const [words, setWords] = useState("");
  const titles = useInfiniteQuery(titlesQuery(useDeferredValue(words)));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isOpen, setIsOpen] = useState(false);
  const toggle = (id: string, isOn: boolean) => {
    const next = new Set(chosen);
    if (isOn) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading
        title={editor.titlesTitle}
        intro={editor.titlesIntro}
        action={
          <Link to="/admin/import" className={buttonClass("secondary")}>
            <FileUp aria-hidden size={20} />
            {text.importing.open}
          </Link>
        }
      />
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <Field
          label={editor.findTitles}
          type="search"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <div className="flex flex-wrap items-center gap-3">
          <span role="status" className="text-muted">
            {chosen.size > 0 && editor.chosen(chosen.size)}
          </span>
          <Button
            icon={<PenLine aria-hidden size={18} />}
            disabled={chosen.size === 0}
            onClick={() => setIsOpen(true)}
          >
            {editor.changeChosen}
          </Button>
        </div>
      </div>
      <Listing
        query={titles}
        keyOf={(title) => title.id}
        empty={editor.noneFound}
        label={editor.titlesTitle}
      >
        {(title) => (
          <Row
            title={title}
            isChosen={chosen.has(title.id)}
            onToggle={(isOn) => toggle(title.id, isOn)}
          />
        )}
      </Listing>
      <div className="mt-10">
        <History />
      </div>
      {isOpen && (
        <BulkDialog
          titleIds={[...chosen]}
          onClose={() => setIsOpen(false)}
          onDone={() => {
            setIsOpen(false);
            setChosen(new Set());
          }}
        />
      )}
    </div>
  );
}

function Row({
  title,
  isChosen,
  onToggle,
}: {
  title: TitleCard;
  isChosen: boolean;
  onToggle: (isChosen: boolean) => void;
}) {
  const text = useText();
  return (
    <div className="flex flex-wrap items-center gap-4 rounded-card p-3 ring-1 ring-line">
      <input
        type="checkbox"
        aria-label={text.editor.chooseTitle(title.name)}
        checked={isChosen}
        onChange={(event) => onToggle(event.currentTarget.checked)}
        className="size-6 shrink-0 accent-accent"
      />
      <Poster title={title} className="@container aspect-video w-24 shrink-0 rounded-control" />
      <span className="grid min-w-0 flex-1 basis-40">
        <Link
          to="/titles/$id"
          params={{ id: title.id }}
          className="font-semibold wrap-anywhere hover:underline"
        >
          {title.name}
        </Link>
        <span className="text-sm text-muted">{text.catalog.kinds[title.kind]}</span>
      </span>
      <StateBadge title={title} />
      <Link
        to="/titles/$id/edit"
        params={{ id: title.id }}
        aria-label={`${text.title.edit} ${title.name}`}
        className={buttonClass("secondary", "sm")}
      >
        <Pencil aria-hidden size={16} />
        {text.title.edit}
      </Link>
    </div>
  );
}
