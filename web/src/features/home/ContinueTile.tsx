import { type HomeCard, unwrap } from "@streamverse/client";
import { IconButton, Progress, showToast } from "@streamverse/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play, X } from "lucide-react";

import { api } from "../../app/api";
import { formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Poster } from "../catalog/Poster";
import { Preview, usePreviewed } from "../catalog/Preview";
import { homeQuery } from "../catalog/queries";
import { useCurrentProfile } from "../profiles/queries";

/** What one goes on with: it plays at once, and can be taken off the row. */
export function ContinueTile({ title }: { title: HomeCard }) {
  const text = useText();
  const showError = useErrorToast();
  const [isPreviewed, watch] = usePreviewed();
  const hide = useHiding(title.id);
  const { episode, resume_at_ms: resumeAtMs, duration_ms: durationMs } = title;
  return (
    <div className="relative">
      <Link
        to="/watch/$id"
        params={{ id: title.id }}
        aria-label={text.library.continueOf(title.name)}
        className="group @container block rounded-card outline-offset-4"
        {...watch}
      >
        <div className="relative overflow-hidden rounded-card ring-1 ring-line transition-shadow duration-200 group-hover:ring-3 group-hover:ring-accent">
          <Poster title={title} sizes="(min-width: 40rem) 20rem, 72vw" className="aspect-video" />
          {isPreviewed && title.poster?.preview_url && <Preview url={title.poster.preview_url} />}
          <span
            aria-hidden
            className="absolute inset-0 grid place-items-center bg-black/25 text-white opacity-0 transition-opacity group-hover:opacity-100 group-focus-visible:opacity-100"
          >
            <Play size={44} fill="currentColor" />
          </span>
          {resumeAtMs !== null && durationMs !== null && durationMs > 0 && (
            <Progress
              label={text.library.progressOf(title.name)}
              value={resumeAtMs / durationMs}
              className="absolute inset-x-3 bottom-3"
            />
          )}
        </div>
        <span className="mt-3 line-clamp-2 block pe-12 font-semibold wrap-anywhere">
          {title.name}
        </span>
        <span className="line-clamp-1 block pe-12 text-sm text-muted">
          {episode !== null &&
            text.library.episode(episode.season, episode.number, episode.series_name)}
          {episode !== null && " · "}
          {resumeAtMs === null || durationMs === null
            ? text.library.nextEpisode
            : text.library.timeLeft(formatDuration(durationMs - resumeAtMs))}
        </span>
      </Link>
      <IconButton
        label={text.library.hide(title.name)}
        className="absolute! end-0 bottom-0"
        onClick={() =>
          hide.mutate(undefined, {
            onSuccess: () => showToast(text.library.hidden(title.name)),
            onError: showError,
          })
        }
      >
        <X aria-hidden size={18} />
      </IconButton>
    </div>
  );
}

function useHiding(titleId: string) {
  const profileId = useCurrentProfile()?.id ?? "";
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/users/{profile_id}/continue-watching/{title_id}", {
          params: { path: { profile_id: profileId, title_id: titleId } },
        }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: homeQuery.queryKey }),
  });
}
