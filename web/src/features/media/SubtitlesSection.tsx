import type { Subtitle } from "@streamverse/client";
import {
  Badge,
  Button,
  ConfirmDialog,
  EmptyState,
  IconButton,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Captions, CaptionsOff, Download, Info, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../../app/api";
import { type Messages, useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { languageName } from "../preferences/languages";
import { Section } from "../preferences/Section";
import { ProblemNotice } from "../ProblemNotice";
import { subtitlesQuery, useRemoveSubtitles } from "./queries";
import { AddSubtitlesDialog, EditSubtitlesDialog } from "./SubtitleDialog";

/** The subtitles of a title, with what was noticed about each of them. */
export function SubtitlesSection({ id }: { id: string }) {
  const text = useText();
  const { subtitles: words } = text.media;
  const subtitles = useQuery(subtitlesQuery(id));
  const [isAdding, setIsAdding] = useState(false);
  return (
    <Section
      id="subtitles"
      title={words.title}
      intro={words.intro}
      action={
        <Button
          variant="primary"
          icon={<Plus aria-hidden size={18} />}
          onClick={() => setIsAdding(true)}
        >
          {words.add}
        </Button>
      }
    >
      {subtitles.isPending && <Skeleton className="h-20" />}
      {subtitles.isError && (
        <ProblemNotice
          sentence={sentenceOf(subtitles.error, text)}
          onRetry={() => void subtitles.refetch()}
        />
      )}
      {subtitles.data?.length === 0 && (
        <EmptyState icon={<CaptionsOff aria-hidden size={36} />} title={words.emptyTitle}>
          {words.emptyBody}
        </EmptyState>
      )}
      <ul aria-label={words.list} className="grid gap-3 empty:hidden">
        {subtitles.data?.map((subtitle) => (
          <li key={subtitle.id}>
            <Row id={id} subtitle={subtitle} />
          </li>
        ))}
      </ul>
      {isAdding && <AddSubtitlesDialog id={id} onClose={() => setIsAdding(false)} />}
    </Section>
  );
}

function nameOf(subtitle: Subtitle, text: Messages): string {
  if (subtitle.label !== null) return subtitle.label;
  return subtitle.language === null
    ? text.media.subtitles.unknown
    : languageName(subtitle.language);
}

function Row({ id, subtitle }: { id: string; subtitle: Subtitle }) {
  const text = useText();
  const { subtitles: words } = text.media;
  const name = nameOf(subtitle, text);
  const isShown = subtitle.url !== null;
  const facts = [
    subtitle.label !== null && subtitle.language !== null && languageName(subtitle.language),
    words.origins[subtitle.origin],
    subtitle.cue_count > 0 && words.count(subtitle.cue_count),
  ].filter(Boolean);
  return (
    <div className="grid gap-3 rounded-2xl border border-line bg-canvas p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Captions aria-hidden size={22} className="shrink-0 text-muted" />
        <div className="min-w-0 flex-1 basis-48">
          <p className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
            {name}
            {subtitle.is_forced && <Badge>{words.forcedBadge}</Badge>}
            {subtitle.is_sdh && <Badge>{words.sdhBadge}</Badge>}
            {subtitle.state !== "ready" && (
              <Badge tone={isShown ? "accent" : "danger"}>{words.states[subtitle.state]}</Badge>
            )}
          </p>
          <p className="text-sm text-muted">{facts.join(" · ")}</p>
        </div>
        <RowActions id={id} subtitle={subtitle} name={name} />
      </div>
      {subtitle.notices.map((notice) => (
        <p key={notice.code} className="flex items-start gap-2.5 text-sm">
          <Info aria-hidden size={18} className="mt-0.5 shrink-0 text-accent-text" />
          {notice.detail}
        </p>
      ))}
    </div>
  );
}

function RowActions({ id, subtitle, name }: { id: string; subtitle: Subtitle; name: string }) {
  const text = useText();
  const showError = useErrorToast();
  const { subtitles: words } = text.media;
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const remove = useRemoveSubtitles(id);
  const close = () => setOpen(null);
  const confirm = () =>
    remove.mutate(subtitle.id, {
      onSuccess: () => {
        close();
        showToast(words.removed);
      },
      onError: (error) => {
        close();
        showError(error);
      },
    });
  return (
    <div className="flex">
      {subtitle.url !== null && (
        <>
          <a
            href={subtitle.url}
            download={`${name}.vtt`}
            aria-label={words.download(name)}
            title={words.download(name)}
            className="grid size-11 place-items-center rounded-full hover:bg-hover"
          >
            <Download aria-hidden size={20} />
          </a>
          <IconButton label={words.edit(name)} onClick={() => setOpen("edit")}>
            <Pencil aria-hidden size={20} />
          </IconButton>
        </>
      )}
      <IconButton label={words.remove(name)} onClick={() => setOpen("remove")}>
        <Trash2 aria-hidden size={20} />
      </IconButton>
      {open === "edit" && <EditSubtitlesDialog id={id} subtitle={subtitle} onClose={close} />}
      <ConfirmDialog
        isOpen={open === "remove"}
        onClose={close}
        title={words.removeTitle(name)}
        description={words.removeBody}
        confirmLabel={words.removeConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={remove.isPending}
        onConfirm={confirm}
      />
    </div>
  );
}
