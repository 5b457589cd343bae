import { Button } from "@streamverse/ui";
import { unwrap } from "@streamverse/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { ME_KEY } from "../../app/query-client";
import { EntryFrame } from "./EntryFrame";
import { FormProblem } from "./FormProblem";
import { type Entry, isTicket, type Ticket } from "./log-in";
import { SubmitButton } from "./SubmitButton";

/** What shows that an account is one's own while nobody can log in to it. */
export type Waking = { email: string; password: string } | { ticket: string };

export function Reactivate({
  waking,
  onEntered,
  onTicket,
  onStartOver,
}: {
  waking: Waking;
  onEntered: () => void;
  onTicket: (ticket: Ticket) => void;
  onStartOver: () => void;
}) {
  const text = useText();
  const queryClient = useQueryClient();
  const wake = useMutation({
    mutationFn: async () => {
      const body = { email: "", password: "", ...waking };
      return (await unwrap<unknown>(
        api.POST("/api/v1/auth/account/reactivate", { body }),
      )) as Entry;
    },
    onSuccess: (entry) => {
      if (isTicket(entry)) onTicket(entry);
      else {
        queryClient.setQueryData(ME_KEY, entry);
        onEntered();
      }
    },
  });
  return (
    <EntryFrame title={text.deactivated.title} intro={text.deactivated.body}>
      <FormProblem above={wake.error === null ? null : sentenceOf(wake.error, text)} />
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          wake.mutate();
        }}
      >
        <SubmitButton isBusy={wake.isPending} error={wake.error}>
          {text.deactivated.submit}
        </SubmitButton>
        <Button variant="quiet" size="lg" onClick={onStartOver}>
          {text.login.back}
        </Button>
      </form>
    </EntryFrame>
  );
}
