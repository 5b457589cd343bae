import type { TitleEdit } from "@streamverse/client";
import { Badge, Button, showToast } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";

import { formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Listing } from "../Listing";
import { Section } from "../preferences/Section";
import { editsQuery, useUndo } from "./queries";

/** The latest changes, each with its way back. */
export function History() {
  const { editor } = useText();
  const edits = useInfiniteQuery(editsQuery);
  return (
    <Section id="history" title={editor.history} intro={editor.historyIntro}>
      <Listing
        query={edits}
        keyOf={(edit) => edit.id}
        empty={editor.noHistory}
        label={editor.history}
      >
        {(edit) => <Edit edit={edit} />}
      </Listing>
    </Section>
  );
}

function Edit({ edit }: { edit: TitleEdit }) {
  const text = useText();
  const showError = useErrorToast();
  const { editor } = text;
  const undo = useUndo();
  const fields = [...new Set(Object.values(edit.after).flatMap((said) => Object.keys(said)))];
  const shown = fields.map((field) => field.replaceAll("_", " ")).join(", ");
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-s-2 border-line ps-4">
      <div className="grid min-w-0">
        <span className="font-semibold wrap-anywhere">{editor.changedFields(shown)}</span>
        <span className="text-sm text-muted">
          {formatMoment(edit.created_at)} ·{" "}
          {text.catalog.titleCount(Object.keys(edit.after).length)}
        </span>
      </div>
      {edit.undone_at !== null ? (
        <Badge>{editor.undone}</Badge>
      ) : (
        <Button
          size="sm"
          icon={<Undo2 aria-hidden size={16} />}
          aria-label={editor.undoOf(shown)}
          isBusy={undo.isPending}
          onClick={() =>
            undo.mutate(edit.id, {
              onSuccess: () => showToast(editor.undoneToast),
              onError: showError,
            })
          }
        >
          {editor.undo}
        </Button>
      )}
    </div>
  );
}
