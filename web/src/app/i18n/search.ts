/** What is said around searching. */
export const search = {
  label: "Search titles, people and collections",
  placeholder: "Search",
  clear: "Clear the search",
  shortcut: "Press / to search",
  proposals: "Proposals",
  proposalCount: (count: number) =>
    count === 0 ? "No proposals" : count === 1 ? "1 proposal" : `${count} proposals`,
  searchFor: (words: string) => `Search for “${words}”`,
  history: "You searched",
  clearHistory: "Forget all of it",
  forget: (words: string) => `Forget “${words}”`,
  trending: "Trending",
  startTitle: "What are you looking for?",
  startBody: "Type a name of a film, a series, a person or a genre. A slip here or there is fine.",
  title: "Search",
  resultsFor: (words: string) => `Results for “${words}”`,
  resultCount: (count: number, isMore: boolean) =>
    isMore
      ? `The best ${count} results: narrow them below to see others`
      : count === 1
        ? "1 result"
        : `${count} results`,
  nothingTitle: (words: string) => `Nothing found for “${words}”`,
  nothingBody: "Check the spelling, try fewer words, or the name in another language.",
  nothingNarrowed: "Nothing is left of the results with these filters.",
  clearFilters: "Remove all filters",
  didYouMean: "Did you mean",
  alsoSearched: "People also searched",
  alsoKnownAs: "Also known as",
  filters: "Narrow the results",
  facets: { kind: "Kind", genre: "Genre", decade: "Years", language: "Language" },
  decade: (first: number) => `${first}–${first + 9}`,
  kinds: {
    movie: "Film",
    series: "Series",
    clip: "Clip",
    event: "Event",
    person: "Person",
    collection: "Collection",
    bundle: "Bundle",
    genre: "Genre",
    studio: "Studio",
  },
};

export const searches = {
  title: "Searches",
  intro: "What is searched, and what is searched in vain. It is counted without who it was.",
  kept: (days: number) => `Counts are kept for ${days} days.`,
  period: "Period",
  periods: { 1: "Today", 7: "7 days", 30: "30 days", 90: "90 days" },
  total: "Searches",
  inVain: "Found nothing",
  documents: "Can be found",
  notFound: "Searched in vain",
  notFoundNone: "Everything that was searched was found.",
  most: "Searched most",
  byDay: "By day",
  day: "Day",
  words: "Words",
  emptyTitle: "Nobody has searched yet",
  emptyBody: "What viewers search appears here within seconds, and what they miss.",
  rebuild: "Build anew",
  rebuilding: "Search is being built anew. That takes seconds to minutes.",
};
