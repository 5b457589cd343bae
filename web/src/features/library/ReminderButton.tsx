import { Button, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Bell, BellRing } from "lucide-react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { preferencesQuery } from "../preferences/queries";
import { useCurrentProfile } from "../profiles/queries";
import { remindersQuery, useReminder } from "./schedule-queries";

/** Ask for a mail when a title can be watched, or ask for none. */
export function ReminderButton({ title }: { title: { id: string; name: string } }) {
  const profileId = useCurrentProfile()?.id;
  return profileId === undefined ? null : <OfProfile profileId={profileId} title={title} />;
}

function OfProfile({
  profileId,
  title,
}: {
  profileId: string;
  title: { id: string; name: string };
}) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.library.calendar;
  const reminders = useQuery(remindersQuery(profileId));
  const isMailed = useQuery(preferencesQuery(profileId)).data?.notifications.is_by_email !== false;
  const reminder = useReminder(profileId, title.id);
  if (reminders.data === undefined) return null;
  const isWanted = reminders.data.title_ids.includes(title.id);
  const toggle = () =>
    reminder.mutate(!isWanted, {
      onSuccess: () => {
        if (isWanted) showToast(words.willNotRemind(title.name));
        else showToast(isMailed ? words.willRemind(title.name) : words.mailsOff);
      },
      onError: showError,
    });
  const Icon = isWanted ? BellRing : Bell;
  return (
    <Button
      size="sm"
      className="mt-1 justify-self-start"
      aria-pressed={isWanted}
      icon={<Icon aria-hidden size={16} />}
      isBusy={reminder.isPending}
      onClick={toggle}
    >
      {isWanted ? words.reminding : words.remind}
      <span className="sr-only"> {words.ofTitle(title.name)}</span>
    </Button>
  );
}
