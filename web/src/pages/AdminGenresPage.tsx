import type { GenreDocument } from "@streamverse/client";
import {
  EmptyState,
  Field,
  IconButton,
  Select,
  showToast,
  Skeleton,
  TextArea,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Pencil, Tags } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../app/forms";
import { useText } from "../app/i18n";
import { languagesIn } from "../features/editor/draft";
import { allGenresQuery, useChangeGenre } from "../features/editor/queries";
import { FormDialog } from "../features/FormDialog";
import { Failed } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";

export function AdminGenresPage() {
  return (
    <Permitted to="titles.edit">
      <AdminGenres />
    </Permitted>
  );
}

function AdminGenres() {
  const text = useText();
  const { editor } = text;
  const query = useQuery(allGenresQuery);
  const [open, setOpen] = useState<GenreDocument | null>(null);
  const genres = query.data ?? [];
  const nameOf = (id: string) => genres.find((genre) => genre.id === id)?.name ?? "";
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={editor.genresTitle} intro={editor.genresIntro} />
      {query.isPending && <Skeleton className="h-64" />}
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && (
        <EmptyState icon={<Tags aria-hidden size={36} />} title={editor.noGenresTitle}>
          {editor.noGenresBody}
        </EmptyState>
      )}
      <ul aria-label={editor.genresTitle} className="grid gap-3">
        {genres.map((genre) => (
          <li key={genre.id} className="flex items-center gap-3 rounded-card p-3 ring-1 ring-line">
            <span className="grid min-w-0 flex-1">
              <span className="font-semibold wrap-anywhere">{genre.name}</span>
              {genre.parent_id !== null && (
                <span className="text-sm text-muted">
                  {editor.beneath(nameOf(genre.parent_id))}
                </span>
              )}
            </span>
            <IconButton label={`${text.title.edit} ${genre.name}`} onClick={() => setOpen(genre)}>
              <Pencil aria-hidden size={18} />
            </IconButton>
          </li>
        ))}
      </ul>
      {open !== null && <GenreDialog genre={open} genres={genres} onClose={() => setOpen(null)} />}
    </div>
  );
}

function GenreDialog({
  genre,
  genres,
  onClose,
}: {
  genre: GenreDocument;
  genres: readonly GenreDocument[];
  onClose: () => void;
}) {
  const text = useText();
  const { editor } = text;
  const change = useChangeGenre(genre.id);
  const { at, above } = placeProblem(change.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const body = {
      name: read("name"),
      names: languagesIn(read("names")),
      parent_id: read("parent_id") || null,
    };
    change.mutate(body, {
      onSuccess: () => {
        showToast(editor.genreSaved);
        onClose();
      },
    });
  };
  return (
    <FormDialog
      title={editor.editGenre}
      submit={text.common.save}
      isBusy={change.isPending}
      error={change.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={text.title.name}
        name="name"
        required
        defaultValue={genre.name}
        error={at["name"]}
      />
      <Select
        label={editor.genreParent}
        name="parent_id"
        defaultValue={genre.parent_id ?? ""}
        error={at["parent_id"]}
      >
        <option value="">{editor.noParent}</option>
        {genres
          .filter((one) => one.id !== genre.id)
          .map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
      </Select>
      <TextArea
        label={editor.genreNames}
        hint={editor.genreNamesHint}
        name="names"
        rows={3}
        defaultValue={Object.entries(genre.names)
          .map(([tag, name]) => `${tag}: ${name}`)
          .join("\n")}
        error={at["names"]}
      />
    </FormDialog>
  );
}
