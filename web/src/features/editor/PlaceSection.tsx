import { Button, Field, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { detailsQuery } from "../catalog/pages";
import type { Title } from "../catalog/queries";
import { Section } from "../preferences/Section";
import { type Place, seriesQuery, useFree, usePlace } from "./placing";

type Series = Place["series"];

/** In which series it is an episode, and where there; this counts at once. */
export function PlaceSection({ title }: { title: Title }) {
  const { catalog, placing: words } = useText();
  const showError = useErrorToast();
  const details = useQuery(detailsQuery(title.id));
  const free = useFree(title.id);
  if (details.data === undefined) return null;
  const series = details.data.above.find(({ kind }) => kind === "series");
  const season = details.data.above.find(({ kind }) => kind === "season")?.number ?? 1;
  const now =
    series === undefined
      ? words.byItself
      : words.of(series.name, catalog.seasonName(season), String(title.number ?? "–"));
  return (
    <Section id="place" title={words.title} intro={words.intro}>
      <p>{now}</p>
      <PlaceForm
        key={`${series?.id} ${season} ${title.number}`}
        title={title}
        series={series === undefined ? null : { id: series.id, name: series.name }}
        season={season}
      />
      {series !== undefined && (
        <Button
          variant="quiet"
          className="justify-self-start"
          isBusy={free.isPending}
          onClick={() =>
            free.mutate(undefined, {
              onSuccess: () => showToast(words.freed),
              onError: showError,
            })
          }
        >
          {words.free}
        </Button>
      )}
    </Section>
  );
}

function PlaceForm({
  title,
  series: known,
  season: inSeason,
}: {
  title: Title;
  series: Series | null;
  season: number;
}) {
  const { placing: words } = useText();
  const showError = useErrorToast();
  const [series, setSeries] = useState(known);
  const [season, setSeason] = useState(String(inSeason));
  const [number, setNumber] = useState(String(title.number ?? ""));
  const place = usePlace(title);
  if (series === null) return <SeriesPicker onChoose={setSeries} />;
  const submit = () =>
    place.mutate(
      { series, season: Number(season), number: number === "" ? null : Number(number) },
      { onSuccess: () => showToast(words.placed(series.name)), onError: showError },
    );
  return (
    <form
      className="flex flex-wrap items-start gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className="grid min-w-0 flex-1 basis-48 gap-1">
        <span className="text-sm font-semibold">{words.chosen}</span>
        <span className="text-lg wrap-anywhere">{series.name}</span>
      </p>
      <Field
        label={words.season}
        hint={words.seasonHint}
        type="number"
        min={0}
        max={100_000}
        required
        value={season}
        onChange={(event) => setSeason(event.currentTarget.value)}
      />
      <Field
        label={words.number}
        type="number"
        min={0}
        max={100_000}
        required
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <div className="flex flex-wrap gap-3 pt-6.5">
        <Button type="submit" isBusy={place.isPending}>
          {words.place}
        </Button>
        <Button variant="quiet" onClick={() => setSeries(null)}>
          {words.another}
        </Button>
      </div>
    </form>
  );
}

function SeriesPicker({ onChoose }: { onChoose: (series: Series) => void }) {
  const { placing: words } = useText();
  const [typed, setTyped] = useState("");
  const found = useQuery(seriesQuery(typed));
  const name = typed.trim();
  const isThere = found.data?.some((one) => one.name === name) !== false;
  return (
    <div className="grid gap-2">
      <Field
        label={words.find}
        type="search"
        value={typed}
        maxLength={200}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <ul aria-label={words.found} className="flex flex-wrap gap-2 empty:hidden">
        {found.data?.map((one) => (
          <li key={one.id}>
            <Button
              size="sm"
              aria-label={words.choose(one.name)}
              onClick={() => onChoose({ id: one.id, name: one.name })}
            >
              {one.name}
            </Button>
          </li>
        ))}
        {name !== "" && !isThere && (
          <li>
            <Button size="sm" variant="quiet" onClick={() => onChoose({ id: null, name })}>
              {words.make(name)}
            </Button>
          </li>
        )}
      </ul>
    </div>
  );
}
