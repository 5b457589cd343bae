import { Button, buttonClass, Notice, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, Save, Scissors } from "lucide-react";
import { useState } from "react";

import { isStatus } from "../app/api";
import { placeProblem } from "../app/forms";
import { useText } from "../app/i18n";
import { NotFoundScreen, ProblemState } from "../app/screens";
import { AvailabilitySection } from "../features/editor/AvailabilitySection";
import { changesOf, type SetSaid, whole } from "../features/editor/draft";
import { History } from "../features/editor/History";
import { MarkersSection } from "../features/editor/MarkersSection";
import { OrderSection } from "../features/editor/OrderSection";
import { PeopleSection } from "../features/editor/PeopleSection";
import { PictureSection } from "../features/editor/PictureSection";
import { PlaceSection } from "../features/editor/PlaceSection";
import { PlansSection } from "../features/editor/PlansSection";
import { PublicationSection } from "../features/editor/PublicationSection";
import { documentQuery, type TitleDocument, useEditTitle } from "../features/editor/queries";
import { RelationsSection } from "../features/editor/RelationsSection";
import {
  FactsSection,
  NumbersSection,
  SortingSection,
  WordsSection,
} from "../features/editor/WordSections";
import { FetchButton } from "../features/matching/FetchButton";
import { PageHeading } from "../features/PageHeading";
import { Section } from "../features/preferences/Section";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";

const route = getRouteApi("/member/layout/titles/$id/edit");
// What may be an episode, or is one.
const PLACEABLE: readonly string[] = ["movie", "clip", "event", "episode"];

export function EditTitlePage() {
  return (
    <Permitted to="titles.edit">
      <TitleToEdit />
    </Permitted>
  );
}

function TitleToEdit() {
  const text = useText();
  const { id } = route.useParams();
  const document = useQuery(documentQuery(id));
  if (isStatus(document.error, 404) || isStatus(document.error, 422)) return <NotFoundScreen />;
  if (document.isError) {
    return <ProblemState error={document.error} onRetry={() => void document.refetch()} />;
  }
  if (document.isPending) {
    return (
      <div
        role="status"
        aria-label={text.common.loading}
        className="gutter mx-auto max-w-5xl pt-12"
      >
        <h1 className="sr-only">{text.common.loading}</h1>
        <Skeleton className="h-64" />
      </div>
    );
  }
  // What was saved or undone elsewhere begins the form anew.
  return <Editor key={JSON.stringify(document.data.said)} document={document.data} />;
}

function Editor({ document }: { document: TitleDocument }) {
  const text = useText();
  const { editor } = text;
  const { title } = document;
  const saved = whole(document.said);
  const [said, setSaid] = useState(saved);
  const edit = useEditTitle(title.id);
  const mayPublish = useMay("titles.publish") === true;
  const { at, above } = placeProblem(edit.error, text);
  const changes = changesOf(saved, said);
  const isChanged = Object.keys(changes).length > 0;
  const set: SetSaid = (field, value) => setSaid((before) => ({ ...before, [field]: value }));
  const section = { said, set, at };
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading
        title={editor.title}
        intro={editor.intro(title.name)}
        action={
          <div className="flex flex-wrap gap-3">
            {(title.kind === "movie" || title.kind === "series") && (
              <FetchButton titleId={title.id} />
            )}
            {(title.kind === "event" || title.kind === "clip") && title.asset_id !== null && (
              <Link
                to="/titles/$id/cut"
                params={{ id: title.id }}
                className={buttonClass("secondary")}
              >
                <Scissors aria-hidden size={18} />
                {text.recordings.edit}
              </Link>
            )}
            <Link to="/titles/$id" params={{ id: title.id }} className={buttonClass("secondary")}>
              <ArrowLeft aria-hidden size={18} className="rtl:-scale-x-100" />
              {editor.back}
            </Link>
          </div>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        <WordsSection {...section} />
        <FactsSection {...section} />
        <SortingSection {...section} />
        <PeopleSection {...section} />
        {title.parent_id === null && <AvailabilitySection {...section} />}
        {title.parent_id === null && <PlansSection {...section} />}
        {title.kind !== "series" && title.kind !== "season" && (
          <MarkersSection {...section} durationMs={title.duration_ms} />
        )}
        <RelationsSection {...section} id={title.id} />
        <NumbersSection {...section} />
        <div className="sticky bottom-4 z-20 flex flex-wrap items-center justify-between gap-3 rounded-2xl border border-line bg-float p-3 shadow-float">
          <span role="status" className="ps-2 text-muted">
            {isChanged ? editor.unsaved : editor.nothingChanged}
          </span>
          <Button
            variant="primary"
            icon={<Save aria-hidden size={18} />}
            disabled={!isChanged || edit.isPending}
            isBusy={edit.isPending}
            onClick={() => edit.mutate(changes, { onSuccess: () => showToast(editor.saved) })}
          >
            {editor.save}
          </Button>
          {(above !== null || Object.keys(at).length > 0) && (
            <div className="w-full">
              <Notice tone="danger">{above ?? Object.values(at).join(" ")}</Notice>
            </div>
          )}
        </div>
        {mayPublish && <PublicationSection document={document} />}
        {title.kind === "series" && <OrderSection seriesId={title.id} />}
        {PLACEABLE.includes(title.kind) && <PlaceSection title={title} />}
        {title.asset_id === null && <PictureSection title={title} />}
        {title.asset_id !== null && (
          <Section
            id="artwork"
            title={editor.artwork}
            intro={editor.artworkIntro}
            action={
              <Link
                to="/titles/$id/media"
                params={{ id: title.id }}
                className={buttonClass("secondary")}
              >
                {editor.toArtwork}
              </Link>
            }
          >
            {null}
          </Section>
        )}
        <History />
      </div>
    </div>
  );
}
