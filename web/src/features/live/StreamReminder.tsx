import type { LiveStream } from "@streamverse/client";
import { Button, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Bell, BellRing } from "lucide-react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { preferencesQuery } from "../preferences/queries";
import { useCurrentProfile } from "../profiles/queries";
import { streamReminderQuery, useStreamReminder } from "./desk-queries";

/** Ask for a mail before a stream begins, or ask for none. */
export function StreamReminder({ stream }: { stream: LiveStream }) {
  const profileId = useCurrentProfile()?.id;
  return profileId === undefined ? null : <OfProfile profileId={profileId} stream={stream} />;
}

function OfProfile({ profileId, stream }: { profileId: string; stream: LiveStream }) {
  const { liveDesk: words } = useText();
  const showError = useErrorToast();
  const reminded = useQuery(streamReminderQuery(stream.id, profileId));
  const isMailed = useQuery(preferencesQuery(profileId)).data?.notifications.is_by_email !== false;
  const reminder = useStreamReminder(stream.id, profileId);
  if (reminded.data === undefined) return null;
  const isWanted = reminded.data.is_asked;
  const toggle = () =>
    reminder.mutate(!isWanted, {
      onSuccess: () => {
        if (isWanted) showToast(words.willNotRemind(stream.name));
        else showToast(isMailed ? words.willRemind(stream.name) : words.mailsOff);
      },
      onError: showError,
    });
  const Icon = isWanted ? BellRing : Bell;
  return (
    <Button
      aria-pressed={isWanted}
      icon={<Icon aria-hidden size={18} />}
      isBusy={reminder.isPending}
      onClick={toggle}
    >
      {isWanted ? words.reminding : words.remind}
    </Button>
  );
}
