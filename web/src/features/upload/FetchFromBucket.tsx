import type { BucketObject } from "@streamverse/client";
import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  Field,
  Notice,
  Select,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { formatBytes, formatDate } from "../../app/format";
import { readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { objectsQuery, useFetchFromBucket } from "./fetching";

const MOST_AT_ONCE = 100;

/** Choose files of a bucket, some or many. */
export function FetchFromBucket({
  buckets,
  onClose,
}: {
  buckets: readonly string[];
  onClose: () => void;
}) {
  const text = useText();
  const { fetching } = text;
  const [place, setPlace] = useState({ bucket: buckets[0] ?? "", folder: "" });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const order = useFetchFromBucket();
  const look = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    setPlace({ bucket: read("bucket"), folder: read("folder").trim() });
    setChosen([]);
  };
  const fetchChosen = () =>
    order.mutate(
      { bucket: place.bucket, keys: [...chosen] },
      {
        onSuccess: (made) => {
          showToast(fetching.orderedMany(made.items.length));
          onClose();
        },
      },
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={fetching.bucketTitle}
      closeLabel={text.common.close}
      className="max-w-2xl"
    >
      {order.isError && <Notice tone="danger">{sentenceOf(order.error, text)}</Notice>}
      <form onSubmit={look} className="grid gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Select label={fetching.bucket} name="bucket" defaultValue={place.bucket}>
            {buckets.map((bucket) => (
              <option key={bucket}>{bucket}</option>
            ))}
          </Select>
          <Field
            label={fetching.folder}
            hint={fetching.folderHint}
            name="folder"
            autoComplete="off"
            spellCheck={false}
          />
        </div>
        <Button type="submit" className="justify-self-start">
          {fetching.look}
        </Button>
      </form>
      <Files
        key={`${place.bucket}/${place.folder}`}
        {...place}
        chosen={chosen}
        onChange={setChosen}
      />
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button
          variant="primary"
          isBusy={order.isPending}
          disabled={chosen.length === 0}
          onClick={fetchChosen}
        >
          {fetching.fetchMany(chosen.length)}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

interface FilesProps {
  bucket: string;
  folder: string;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

function Files({ bucket, folder, chosen, onChange }: FilesProps) {
  const text = useText();
  const { fetching } = text;
  const query = useInfiniteQuery(objectsQuery(bucket, folder));
  const files = query.data?.pages.flatMap((page) => page.items) ?? [];
  const choosable = files.slice(0, MOST_AT_ONCE).map((file) => file.key);
  const toggle = (key: string, isOn: boolean) =>
    onChange(isOn ? [...chosen, key] : chosen.filter((each) => each !== key));
  if (query.isPending) return <Skeleton className="h-40" />;
  if (query.isError) return <Notice tone="danger">{sentenceOf(query.error, text)}</Notice>;
  if (files.length === 0) return <p className="text-muted">{fetching.nothing}</p>;
  return (
    <fieldset className="grid gap-1">
      <legend className="text-sm font-semibold">{fetching.files}</legend>
      <Checkbox
        label={fetching.chooseAll}
        checked={choosable.every((key) => chosen.includes(key))}
        onChange={(event) => onChange(event.currentTarget.checked ? choosable : [])}
      />
      <ul className="max-h-72 overflow-y-auto rounded-2xl border border-line px-4">
        {files.map((file) => (
          <li key={file.key} className="border-b border-line last:border-0">
            <File
              file={file}
              isChosen={chosen.includes(file.key)}
              isFull={chosen.length >= MOST_AT_ONCE}
              onToggle={toggle}
            />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          size="sm"
          className="mt-2 justify-self-start"
          isBusy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {text.common.loadMore}
        </Button>
      )}
    </fieldset>
  );
}

function File({
  file,
  isChosen,
  isFull,
  onToggle,
}: {
  file: BucketObject;
  isChosen: boolean;
  isFull: boolean;
  onToggle: (key: string, isOn: boolean) => void;
}) {
  return (
    <Checkbox
      label={file.key}
      hint={`${formatBytes(file.size_bytes)} · ${formatDate(file.modified_at)}`}
      className="wrap-anywhere"
      checked={isChosen}
      disabled={isFull && !isChosen}
      onChange={(event) => onToggle(file.key, event.currentTarget.checked)}
    />
  );
}
