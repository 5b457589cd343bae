import { useQuery } from "@tanstack/react-query";

import { useText } from "../../app/i18n";
import { historyQuery, proposalsQuery, type SearchHit, trendingQuery } from "./queries";

export interface Proposal {
  readonly key: string;
  readonly group: string;
  readonly words: string;
  readonly hit?: SearchHit;
}

/** What the list beneath the search field offers: what was typed, or what was searched before. */
export function useProposals(words: string, isOpen: boolean): readonly Proposal[] {
  const text = useText();
  const typed = words.trim();
  const isEmpty = typed === "";
  const proposals = useQuery({ ...proposalsQuery(typed), enabled: isOpen && !isEmpty });
  const history = useQuery({ ...historyQuery, enabled: isOpen && isEmpty });
  const trending = useQuery({ ...trendingQuery, enabled: isOpen && isEmpty });
  const ofHit = (group: string) => (hit: SearchHit) => ({
    key: `${group}:${hit.id}`,
    group,
    words: hit.name,
    hit,
  });
  if (!isEmpty) {
    return [
      { key: "search", group: text.search.proposals, words: typed },
      ...(proposals.data ?? []).map(ofHit(text.search.proposals)),
    ];
  }
  return [
    ...(history.data ?? []).map(({ id, query }) => ({
      key: id,
      group: text.search.history,
      words: query,
    })),
    ...(trending.data ?? []).map(ofHit(text.search.trending)),
  ];
}
