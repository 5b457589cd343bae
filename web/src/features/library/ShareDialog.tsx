import type { ListShare, Watchlist } from "@streamverse/client";
import { Button, Dialog, Field, Select, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { copyText } from "../../app/take-along";
import { sharesQuery, type useWatchlist } from "./list-queries";

export interface ShareDialogProps {
  profileId: string;
  list: Watchlist;
  acts: ReturnType<typeof useWatchlist>;
  isOpen: boolean;
  onClose: () => void;
}

/** The links to a list: made, copied, revoked. */
export function ShareDialog({ profileId, list, acts, isOpen, onClose }: ShareDialogProps) {
  const text = useText();
  const words = text.library.list;
  const [folderId, setFolderId] = useState("");
  const shares = useQuery({ ...sharesQuery(profileId), enabled: isOpen });
  const onError = useErrorToast();
  const nameOf = (share: ListShare) =>
    list.folders.find(({ id }) => id === share.folder_id)?.name ?? words.shareWhole;
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={words.shareTitle}
      description={words.shareBody}
      closeLabel={text.common.close}
    >
      <div className="grid grid-cols-[1fr_auto] items-end gap-3">
        <Select
          label={words.share}
          value={folderId}
          onChange={(event) => setFolderId(event.currentTarget.value)}
        >
          <option value="">{words.shareWhole}</option>
          {list.folders.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <Button
          variant="primary"
          isBusy={acts.share.isPending}
          onClick={() => acts.share.mutate(folderId === "" ? null : folderId, { onError })}
        >
          {words.makeLink}
        </Button>
      </div>
      <ul className="grid gap-4">
        {shares.data?.items.map((share) => (
          <li key={share.id} className="grid gap-2">
            <Field readOnly label={words.linkOf(nameOf(share))} value={addressOf(share)} />
            <div className="flex gap-2">
              <Button
                size="sm"
                onClick={() => {
                  void copyText(addressOf(share)).then((isCopied) =>
                    showToast(isCopied ? words.copied : words.notCopied),
                  );
                }}
              >
                {words.copyLink}
              </Button>
              <Button
                size="sm"
                variant="quiet"
                onClick={() =>
                  acts.revoke.mutate(share.id, {
                    onSuccess: () => showToast(words.revoked),
                    onError,
                  })
                }
              >
                {words.revoke}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function addressOf(share: ListShare): string {
  return `${window.location.origin}/lists/${share.token}`;
}
