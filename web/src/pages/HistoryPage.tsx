import { Button, buttonClass, ConfirmDialog, EmptyState, showToast } from "@streamverse/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, EyeOff, History as HistoryIcon, Trash2 } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import {
  type FileForm,
  statisticsQuery,
  streamsQuery,
  useForgetting,
  useHistoryExport,
} from "../features/library/history-queries";
import { Statistics } from "../features/library/Statistics";
import { StreamEntry } from "../features/library/StreamEntry";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { preferencesQuery } from "../features/preferences/queries";
import { useCurrentProfile } from "../features/profiles/queries";
import { saveFile } from "../app/take-along";

export function HistoryPage() {
  const text = useText();
  const profile = useCurrentProfile();
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading title={text.library.history.title} intro={text.library.history.intro} />
      {profile !== undefined && <OfProfile profileId={profile.id} />}
    </div>
  );
}

function OfProfile({ profileId }: { profileId: string }) {
  const text = useText();
  const streams = useInfiniteQuery(streamsQuery(profileId));
  const statistics = useQuery(statisticsQuery(profileId));
  const { remove, clear } = useForgetting(profileId);
  const isEmpty = streams.data?.pages.every((page) => page.items.length === 0) === true;
  return (
    <>
      {!isEmpty && statistics.data !== undefined && <Statistics counted={statistics.data} />}
      {!isEmpty && streams.isSuccess && <Actions profileId={profileId} clear={clear} />}
      <Listing
        query={streams}
        keyOf={(stream) => stream.id}
        label={text.library.history.list}
        empty={<Empty profileId={profileId} />}
      >
        {(stream) => <StreamEntry stream={stream} remove={remove} />}
      </Listing>
    </>
  );
}

function Actions({
  profileId,
  clear,
}: {
  profileId: string;
  clear: ReturnType<typeof useForgetting>["clear"];
}) {
  const text = useText();
  const words = text.library.history;
  const [isAsking, setIsAsking] = useState(false);
  const written = useHistoryExport(profileId);
  const fail = useErrorToast();
  const save = (form: FileForm) =>
    written.mutate(form, {
      onSuccess: (content) => saveFile(content, `history.${form}`),
      onError: fail,
    });
  return (
    <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
      <div className="flex flex-wrap gap-2">
        {(["csv", "json"] as const).map((form) => (
          <Button
            key={form}
            size="sm"
            icon={<Download aria-hidden size={16} />}
            onClick={() => save(form)}
          >
            {words.exportAs(form.toUpperCase())}
          </Button>
        ))}
      </div>
      <Button
        size="sm"
        variant="quiet"
        icon={<Trash2 aria-hidden size={16} />}
        onClick={() => setIsAsking(true)}
      >
        {words.clear}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.clearTitle}
        description={words.clearBody}
        confirmLabel={words.clearConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={clear.isPending}
        onConfirm={() =>
          clear.mutate(undefined, {
            onSuccess: () => showToast(words.cleared),
            onError: fail,
            onSettled: () => setIsAsking(false),
          })
        }
      />
    </div>
  );
}

function Empty({ profileId }: { profileId: string }) {
  const text = useText();
  const words = text.library.history;
  const isKept = useQuery(preferencesQuery(profileId)).data?.privacy.is_history_kept !== false;
  return (
    <EmptyState
      icon={isKept ? <HistoryIcon aria-hidden size={36} /> : <EyeOff aria-hidden size={36} />}
      title={isKept ? words.emptyTitle : words.notKeptTitle}
      action={
        isKept ? (
          <Link to="/" className={buttonClass("primary")}>
            {words.toHome}
          </Link>
        ) : (
          <Link to="/account/preferences" className={buttonClass("primary")}>
            {words.toPreferences}
          </Link>
        )
      }
    >
      {isKept ? words.emptyBody : words.notKeptBody}
    </EmptyState>
  );
}
