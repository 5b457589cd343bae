import type { Ladder } from "@streamverse/client";
import { Notice, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { isStatus, sentenceOf } from "../../app/api";
import { formatNumber, formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";
import { Section } from "../preferences/Section";
import { ProblemNotice } from "../ProblemNotice";
import { LadderChart } from "./LadderChart";
import { MeasurementTable, RenditionTable } from "./LadderTables";
import { bestVmaf, ladderQuery, type Measurement } from "./ladder";

/** The renditions of a film, what was measured to choose them, and what that saves. */
export function LadderSection({ id }: { id: string }) {
  const text = useText();
  const { ladder: words } = text.media;
  const ladder = useQuery(ladderQuery(id));
  return (
    <Section id="ladder" title={words.heading} intro={words.intro}>
      {ladder.isPending && <Skeleton className="h-96" />}
      {isStatus(ladder.error, 404) ? (
        <Notice tone="info">{words.gone}</Notice>
      ) : (
        ladder.isError && (
          <ProblemNotice
            sentence={sentenceOf(ladder.error, text)}
            onRetry={() => void ladder.refetch()}
          />
        )
      )}
      {ladder.data && <LadderView ladder={ladder.data} />}
    </Section>
  );
}

function LadderView({ ladder }: { ladder: Ladder }) {
  const { ladder: words } = useText().media;
  if (ladder.rungs.length === 0) return <Notice tone="info">{words.none}</Notice>;
  const { measurement } = ladder;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      {ladder.is_measuring && <Notice tone="info">{words.measuring}</Notice>}
      {!ladder.is_measuring && measurement === null && <Notice tone="info">{words.fixed}</Notice>}
      {measurement !== null && <Outcome measurement={measurement} />}
      <RenditionTable ladder={ladder} />
      {measurement !== null && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <h3 className="text-lg font-semibold">{words.chart.heading}</h3>
          <LadderChart measurement={measurement} />
          <MeasurementTable measurement={measurement} />
        </div>
      )}
    </div>
  );
}

function Outcome({ measurement }: { measurement: Measurement }) {
  const { ladder: words } = useText().media;
  const { bits_saved: saved, chosen, fixed } = measurement;
  return (
    <dl className="grid gap-4 sm:grid-cols-[repeat(auto-fit,minmax(12rem,1fr))]">
      {saved !== null &&
        (saved > 0 ? (
          <Fact term={words.saved(formatPercent(saved))}>{words.savedBody}</Fact>
        ) : (
          <Fact term={words.notSaved}>{words.notSavedBody}</Fact>
        ))}
      <Fact term={words.count(chosen.length)}>{words.countBody(fixed.length)}</Fact>
      <Fact term={words.best(formatNumber(bestVmaf(measurement)))}>
        {words.bestBody(formatNumber(measurement.target_vmaf))}
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="rounded-xl border border-line bg-raised p-4">
      <dt className="text-2xl font-extrabold sm:text-3xl">{term}</dt>
      <dd className="mt-1 text-muted">{children}</dd>
    </div>
  );
}
