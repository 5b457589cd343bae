import type { Watchlist } from "@streamverse/client";
import {
  Button,
  buttonClass,
  ConfirmDialog,
  EmptyState,
  Notice,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bookmark, Download, FileUp, Share2, Trash2 } from "lucide-react";
import { useRef, useState } from "react";

import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { arrange, everything, isInOrder, isWhole } from "../features/library/arrange";
import { useListExport, useWatchlist, watchlistQuery } from "../features/library/list-queries";
import { BulkBar, ListFilter } from "../features/library/ListFilter";
import { PlayAll } from "../features/library/PlayAll";
import { ShareDialog } from "../features/library/ShareDialog";
import { SortableList } from "../features/library/SortableList";
import { Failed } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { useCurrentProfile } from "../features/profiles/queries";
import { saveFile } from "../app/take-along";

export function MyListPage() {
  const text = useText();
  const profile = useCurrentProfile();
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading title={text.library.list.title} intro={text.library.list.intro} />
      {profile !== undefined && <OfProfile profileId={profile.id} />}
    </div>
  );
}

function OfProfile({ profileId }: { profileId: string }) {
  const list = useQuery(watchlistQuery(profileId));
  if (list.isPending) return <Skeleton className="h-64" />;
  if (list.isError) return <Failed error={list.error} onRetry={() => void list.refetch()} />;
  return <Loaded profileId={profileId} list={list.data} />;
}

function Loaded({ profileId, list }: { profileId: string; list: Watchlist }) {
  const text = useText();
  const words = text.library.list;
  const acts = useWatchlist(profileId);
  const [wanted, setWanted] = useState(everything);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const folders = new Map(list.folders.map(({ id, name }) => [id, name]));
  const shown = arrange(list.items, wanted);
  const choose = (titleId: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(titleId);
    else next.delete(titleId);
    setChosen(next);
  };
  return (
    <>
      <Files profileId={profileId} list={list} acts={acts} />
      {list.items.length === 0 ? (
        <EmptyState
          icon={<Bookmark aria-hidden size={36} />}
          title={words.emptyTitle}
          action={
            <Link to="/" className={buttonClass("primary")}>
              {text.library.history.toHome}
            </Link>
          }
        >
          {words.emptyBody}
        </EmptyState>
      ) : (
        <>
          <ListFilter list={list} wanted={wanted} onWant={setWanted} acts={acts} />
          {chosen.size > 0 && (
            <BulkBar list={list} chosen={chosen} onDone={() => setChosen(new Set())} acts={acts} />
          )}
          {isInOrder(wanted) && (
            <div className="mb-5">
              <PlayAll titles={shown.map(({ title }) => title)} through={`list.${wanted.folder}`} />
            </div>
          )}
          {shown.length === 0 && <p className="py-8 text-muted">{words.nothingFound}</p>}
          <SortableList
            items={shown}
            folders={folders}
            chosen={chosen}
            onChoose={choose}
            onOrder={isWhole(wanted) ? acts.put : null}
          />
        </>
      )}
    </>
  );
}

interface FilesProps {
  profileId: string;
  list: Watchlist;
  acts: ReturnType<typeof useWatchlist>;
}

/** The list as a whole: shared, written out, read in, cleared. */
function Files({ profileId, list, acts }: FilesProps) {
  const text = useText();
  const words = text.library.list;
  const file = useRef<HTMLInputElement>(null);
  const [isSharing, setIsSharing] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const written = useListExport(profileId);
  const onError = useErrorToast();
  const read = async (chosen: File) =>
    acts.read.mutate(
      {
        content: await chosen.text(),
        form: chosen.name.toLowerCase().endsWith(".csv") ? "csv" : "json",
      },
      { onSuccess: ({ added }) => showToast(words.imported(added)), onError },
    );
  const missing = acts.read.data?.missing ?? [];
  return (
    <div className="mb-6 grid gap-4">
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          icon={<Share2 aria-hidden size={16} />}
          onClick={() => setIsSharing(true)}
          disabled={list.items.length === 0}
        >
          {words.share}
        </Button>
        {(["csv", "json"] as const).map((form) => (
          <Button
            key={form}
            size="sm"
            icon={<Download aria-hidden size={16} />}
            disabled={list.items.length === 0}
            onClick={() =>
              written.mutate(form, {
                onSuccess: (content) => saveFile(content, `my-list.${form}`),
                onError,
              })
            }
          >
            {words.exportAs(form.toUpperCase())}
          </Button>
        ))}
        <Button
          size="sm"
          icon={<FileUp aria-hidden size={16} />}
          isBusy={acts.read.isPending}
          onClick={() => file.current?.click()}
        >
          {words.importFile}
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".csv,.json"
          aria-label={words.importFile}
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? [];
            if (chosen) void read(chosen);
            event.currentTarget.value = "";
          }}
        />
        {list.items.length > 0 && (
          <Button
            size="sm"
            variant="quiet"
            icon={<Trash2 aria-hidden size={16} />}
            onClick={() => setIsAsking(true)}
          >
            {words.clear}
          </Button>
        )}
      </div>
      {missing.length > 0 && (
        <Notice tone="danger">
          <p>{words.missing(missing.length)}</p>
          <ul>
            {missing.slice(0, 20).map(({ line, title }) => (
              <li key={line}>{words.missingLine(line, title)}</li>
            ))}
          </ul>
        </Notice>
      )}
      <ShareDialog
        profileId={profileId}
        list={list}
        acts={acts}
        isOpen={isSharing}
        onClose={() => setIsSharing(false)}
      />
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.clearTitle}
        description={words.clearBody}
        confirmLabel={words.clearConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={acts.clear.isPending}
        onConfirm={() =>
          acts.clear.mutate(undefined, {
            onSuccess: () => showToast(words.cleared),
            onError,
            onSettled: () => setIsAsking(false),
          })
        }
      />
    </div>
  );
}
