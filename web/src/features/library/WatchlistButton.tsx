import { Button, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { BookmarkCheck, BookmarkPlus } from "lucide-react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useCurrentProfile } from "../profiles/queries";
import { useWatchlist, watchlistQuery } from "./list-queries";

/** Put a title on one's list, or take it off. */
export function WatchlistButton({ title }: { title: { id: string; name: string } }) {
  const text = useText();
  const words = text.library.list;
  const profileId = useCurrentProfile()?.id;
  const list = useQuery({
    ...watchlistQuery(profileId ?? ""),
    enabled: profileId !== undefined,
  });
  const { add, change } = useWatchlist(profileId ?? "");
  const onError = useErrorToast();
  if (list.data === undefined) return null;
  const isOnIt = list.data.items.some((item) => item.title.id === title.id);
  const toggle = () =>
    isOnIt
      ? change.mutate(
          { title_ids: [title.id], action: "remove" },
          { onSuccess: () => showToast(words.taken(title.name)), onError },
        )
      : add.mutate(title.id, { onSuccess: () => showToast(words.added(title.name)), onError });
  const Icon = isOnIt ? BookmarkCheck : BookmarkPlus;
  return (
    <Button
      size="lg"
      aria-pressed={isOnIt}
      icon={<Icon aria-hidden size={22} />}
      isBusy={add.isPending || change.isPending}
      onClick={toggle}
    >
      {isOnIt ? words.onIt : words.add}
    </Button>
  );
}
