import { unwrap } from "@streamverse/client";
import type { Player } from "@streamverse/player";
import { Button, Select, showToast, TextArea } from "@streamverse/ui";
import { useMutation } from "@tanstack/react-query";
import { Flag } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { api, sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";

const KINDS = ["picture", "sound", "subtitles", "stalling", "other"] as const;
type Kind = (typeof KINDS)[number];

export interface ReportProblemProps {
  player: Player;
  sessionId: string;
  size?: "sm" | "lg";
}

/** Lets a viewer say what is wrong; the player's figures go along. */
export function ReportProblem({ player, sessionId, size = "sm" }: ReportProblemProps) {
  const text = useText();
  const words = text.watching.report;
  const [isOpen, setIsOpen] = useState(false);
  const report = useMutation({
    mutationFn: (said: { kind: Kind; words: string }) =>
      unwrap(
        api.POST("/api/v1/player/sessions/{session_id}/report-issue", {
          params: { path: { session_id: sessionId } },
          body: { ...said, facts: factsOf(player) },
        }),
      ),
    onSuccess: () => {
      setIsOpen(false);
      showToast(words.sent);
    },
  });
  const open = () => {
    // In full screen nothing but the player's own is seen.
    if (player.store.get().isFullscreen) void player.toggleFullscreen();
    player.pause();
    setIsOpen(true);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    report.mutate({ kind: given.get("kind") as Kind, words: given.get("words") as string });
  };
  return (
    <>
      <Button size={size} icon={<Flag aria-hidden size={16} />} onClick={open}>
        {words.open}
      </Button>
      {isOpen && (
        <FormDialog
          title={words.title}
          description={words.intro}
          submit={words.send}
          isBusy={report.isPending}
          error={report.error}
          above={report.error === null ? null : sentenceOf(report.error, text)}
          onSubmit={submit}
          onClose={() => setIsOpen(false)}
        >
          <Select label={words.kind} name="kind" defaultValue="picture">
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {words.kinds[kind]}
              </option>
            ))}
          </Select>
          <TextArea
            label={words.words}
            hint={words.wordsHint}
            name="words"
            rows={3}
            maxLength={2000}
          />
        </FormDialog>
      )}
    </>
  );
}

/** What the player knows, with what stopped it, and the browser that it runs in. */
function factsOf(player: Player): Record<string, string | number | boolean | null> {
  const { problem } = player.store.get();
  return {
    ...player.debugState(),
    problem: problem?.kind ?? null,
    technical: problem?.technical ?? null,
    browser: navigator.userAgent,
  };
}
