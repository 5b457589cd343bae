import type { Searches as Counts } from "@streamverse/client";
import { Button, Card, Choice, EmptyState, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw, Search } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { searchesQuery, useRebuild } from "../features/search/queries";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";

const PERIODS = [1, 7, 30, 90] as const;
type Period = (typeof PERIODS)[number];

export function SearchesPage() {
  return (
    <Permitted to="reports.read">
      <Searches />
    </Permitted>
  );
}

function Searches() {
  const text = useText();
  const [days, setDays] = useState<Period>(7);
  const query = useQuery(searchesQuery(days));
  const mayRebuild = useMay("titles.edit") === true;
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading
        title={text.searches.title}
        intro={text.searches.intro}
        action={mayRebuild && <Rebuild />}
      />
      <Choice
        label={text.searches.period}
        value={days}
        onChange={setDays}
        choices={PERIODS.map((value) => ({ value, label: text.searches.periods[value] }))}
      />
      <div className="mt-8 grid gap-8">
        {query.isPending && <Skeleton className="h-64" />}
        {query.isError && (
          <ProblemNotice
            sentence={sentenceOf(query.error, text)}
            onRetry={() => void query.refetch()}
          />
        )}
        {query.data && <Report counts={query.data} />}
      </div>
    </div>
  );
}

function Rebuild() {
  const text = useText();
  const showError = useErrorToast();
  const rebuild = useRebuild();
  return (
    <Button
      icon={<RefreshCw aria-hidden size={20} />}
      isBusy={rebuild.isPending}
      onClick={() =>
        rebuild.mutate(undefined, {
          onSuccess: () => showToast(text.searches.rebuilding),
          onError: showError,
        })
      }
    >
      {text.searches.rebuild}
    </Button>
  );
}

function Report({ counts }: { counts: Counts }) {
  const text = useText();
  const total = counts.days.reduce((sum, day) => sum + day.search_count, 0);
  const inVain = counts.days.reduce((sum, day) => sum + day.empty_count, 0);
  return (
    <>
      <dl className="grid gap-4 sm:grid-cols-3">
        <Fact name={text.searches.total} value={total} />
        <Fact name={text.searches.inVain} value={inVain} />
        <Fact name={text.searches.documents} value={counts.document_count} />
      </dl>
      {total === 0 ? (
        <EmptyState icon={<Search aria-hidden size={36} />} title={text.searches.emptyTitle}>
          {text.searches.emptyBody}
        </EmptyState>
      ) : (
        <>
          <Table
            name={text.searches.notFound}
            first={text.searches.words}
            rows={counts.not_found.map((row) => [row.query, row.search_count, row.empty_count])}
            none={text.searches.notFoundNone}
          />
          <Table
            name={text.searches.most}
            first={text.searches.words}
            rows={counts.most_searched.map((row) => [row.query, row.search_count, row.empty_count])}
          />
          <Table
            name={text.searches.byDay}
            first={text.searches.day}
            rows={counts.days.map((row) => [row.day, row.search_count, row.empty_count])}
          />
        </>
      )}
      <p className="text-muted">{text.searches.kept(counts.kept_days)}</p>
    </>
  );
}

function Fact({ name, value }: { name: string; value: number }) {
  return (
    <Card>
      <dt className="text-muted">{name}</dt>
      <dd className="text-3xl font-bold tabular-nums">{value.toLocaleString()}</dd>
    </Card>
  );
}

interface TableProps {
  name: string;
  first: string;
  rows: readonly (readonly [string, number, number])[];
  none?: string;
}

function Table({ name, first, rows, none }: TableProps) {
  const text = useText();
  return (
    <section aria-label={name} className="grid gap-3">
      <h2 className="text-2xl font-bold">{name}</h2>
      {rows.length === 0 ? (
        <p className="text-muted">{none}</p>
      ) : (
        <table className="w-full text-start tabular-nums">
          <thead className="text-sm text-muted">
            <tr>
              <th className="py-2 text-start font-semibold">{first}</th>
              <th className="py-2 text-end font-semibold">{text.searches.total}</th>
              <th className="py-2 ps-4 text-end font-semibold">{text.searches.inVain}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([words, searches, empties]) => (
              <tr key={words} className="border-t border-line">
                <th scope="row" className="py-3 text-start font-normal wrap-anywhere">
                  <span dir="auto">{words}</span>
                </th>
                <td className="py-3 text-end">{searches.toLocaleString()}</td>
                <td className="py-3 ps-4 text-end">{empties.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
