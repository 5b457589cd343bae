import {
  Badge,
  Button,
  Card,
  ConfirmDialog,
  EmptyState,
  IconButton,
  Notice,
  Progress,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { FolderOpen, Pencil, Plus, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { formatAge } from "../app/format";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { FileList } from "../features/folders/FileList";
import { AddFolderDialog, ChangeFolderDialog } from "../features/folders/FolderDialog";
import {
  type FileCount,
  foldersQuery,
  type LibraryFolder,
  useRemoveFolder,
  useScan,
} from "../features/folders/queries";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";

// What wants somebody comes first.
const STATES: readonly FileCount[] = [
  "unclear",
  "refused",
  "changed",
  "missing",
  "growing",
  "taken",
  "waiting",
  "ready",
  "set_aside",
];
const colours: Partial<Record<FileCount, string>> = {
  unclear: "text-danger-text",
  refused: "text-danger-text",
  ready: "text-good-text",
};

export function FoldersPage() {
  return (
    <Permitted to="titles.edit">
      <Folders />
    </Permitted>
  );
}

function Folders() {
  const text = useText();
  const { folders } = text;
  const query = useQuery(foldersQuery);
  const mayAdd = useMay("storage.manage") === true;
  const [isAdding, setIsAdding] = useState(false);
  const add = mayAdd && (
    <Button
      variant="primary"
      icon={<Plus aria-hidden size={20} />}
      onClick={() => setIsAdding(true)}
    >
      {folders.add}
    </Button>
  );
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading
        title={folders.title}
        intro={folders.intro}
        action={(query.data?.length ?? 0) > 0 && add}
      />
      {query.isPending && <Skeleton className="h-40" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data?.length === 0 && (
        <EmptyState
          icon={<FolderOpen aria-hidden size={36} />}
          title={folders.emptyTitle}
          action={add}
        >
          {folders.emptyBody}
        </EmptyState>
      )}
      <ul aria-label={folders.title} className="grid gap-4">
        {query.data?.map((folder) => (
          <li key={folder.id}>
            <FolderCard folder={folder} mayChange={mayAdd} />
          </li>
        ))}
      </ul>
      {isAdding && <AddFolderDialog onClose={() => setIsAdding(false)} />}
    </div>
  );
}

function FolderCard({ folder, mayChange }: { folder: LibraryFolder; mayChange: boolean }) {
  const { folders } = useText();
  return (
    <Card className="grid gap-4">
      <div className="grid gap-2">
        <h2 className="text-lg font-semibold wrap-anywhere">
          <span dir="auto">{folder.path}</span>
        </h2>
        <p className="flex flex-wrap items-center gap-2 text-muted">
          <Badge>{folders.kinds[folder.kind]}</Badge>
          {folder.is_watched && <Badge>{folders.watched}</Badge>}
          {folder.scanned_at === null
            ? folders.neverScanned
            : folders.scanned(formatAge(folder.scanned_at))}
        </p>
      </div>
      {folder.problem !== null && <Notice tone="danger">{folder.problem.detail}</Notice>}
      {folder.is_scanning && (
        <div className="grid gap-2" role="status">
          <p className="text-sm text-muted">{folders.scanning}</p>
          <Progress label={folders.scanningOf(folder.path)} value={folder.progress} />
        </div>
      )}
      <Counts folder={folder} />
      <Skipped folder={folder} />
      <FolderActions folder={folder} mayChange={mayChange} />
    </Card>
  );
}

function Counts({ folder }: { folder: LibraryFolder }) {
  const { folders } = useText();
  const [opened, setOpened] = useState<FileCount | null>(null);
  const shown = STATES.filter((state) => folder.counts[state] > 0);
  if (shown.length === 0) {
    return folder.scanned_at === null ? null : <p className="text-muted">{folders.empty}</p>;
  }
  return (
    <>
      <ul aria-label={folders.filesOf(folder.path)} className="flex flex-wrap gap-2">
        {shown.map((state) => (
          <li key={state}>
            <Button size="sm" onClick={() => setOpened(state)}>
              <span className={colours[state]}>
                {folders.showFiles(folder.counts[state], folders.states[state])}
              </span>
            </Button>
          </li>
        ))}
      </ul>
      {opened !== null && (
        <FileList folder={folder} which={opened} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

function Skipped({ folder }: { folder: LibraryFolder }) {
  const { folders } = useText();
  if (folder.skipped.length === 0) return null;
  return (
    <details>
      <summary className="flex min-h-11 cursor-pointer items-center font-semibold">
        {folders.skipped(folder.skipped.length)}
      </summary>
      <ul className="grid gap-2 text-sm">
        {folder.skipped.map(({ path, reason }) => (
          <li key={path} className="wrap-anywhere">
            <span dir="auto">{path === "" ? folder.path : path}</span>{" "}
            <span className="text-muted">{folders.skippedReasons[reason] ?? reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function FolderActions({ folder, mayChange }: { folder: LibraryFolder; mayChange: boolean }) {
  const text = useText();
  const { folders } = text;
  const [opened, setOpened] = useState<"change" | "remove" | null>(null);
  const scan = useScan(folder.id);
  const remove = useRemoveFolder(folder.id);
  const close = () => setOpened(null);
  const onError = useErrorToast();
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line pt-3">
      <Button
        size="sm"
        icon={<RefreshCw aria-hidden size={16} />}
        aria-label={folders.scanOf(folder.path)}
        isBusy={scan.isPending}
        disabled={folder.is_scanning}
        onClick={() => scan.mutate(undefined, { onError })}
      >
        {folders.scan}
      </Button>
      {mayChange && (
        <>
          <IconButton label={folders.changeOf(folder.path)} onClick={() => setOpened("change")}>
            <Pencil aria-hidden size={18} />
          </IconButton>
          <IconButton label={folders.removeOf(folder.path)} onClick={() => setOpened("remove")}>
            <Trash2 aria-hidden size={18} />
          </IconButton>
        </>
      )}
      {opened === "change" && <ChangeFolderDialog folder={folder} onClose={close} />}
      <ConfirmDialog
        isOpen={opened === "remove"}
        onClose={close}
        title={folders.removeTitle}
        description={folders.removeBody}
        confirmLabel={folders.remove}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={remove.isPending}
        onConfirm={() =>
          remove.mutate(undefined, { onSuccess: () => showToast(folders.removed), onError })
        }
      />
    </div>
  );
}
