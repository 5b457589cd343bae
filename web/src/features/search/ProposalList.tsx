import { cx } from "@streamverse/ui";
import { History, Search, User } from "lucide-react";

import { useText } from "../../app/i18n";
import { Poster } from "../catalog/Poster";
import { HitName } from "./HitName";
import { isTitle } from "./hits";
import type { Proposal } from "./use-proposals";

export interface ProposalListProps {
  id: string;
  isShown: boolean;
  proposals: readonly Proposal[];
  active: number;
  onChoose: (proposal: Proposal) => void;
}

/** The list beneath the search field; the field keeps the focus. */
export function ProposalList({ id, isShown, proposals, active, onChoose }: ProposalListProps) {
  const text = useText();
  const groups = [...new Set(proposals.map((proposal) => proposal.group))];
  return (
    <div
      id={id}
      role="listbox"
      aria-label={text.search.proposals}
      hidden={!isShown}
      className="absolute inset-x-2 top-full z-40 mt-2 max-h-[70dvh] overflow-y-auto rounded-card border border-line bg-surface p-2 shadow-xl sm:inset-x-auto sm:end-0 sm:w-[26rem]"
    >
      {groups.map((group) => (
        <div key={group} role="group" aria-label={group}>
          {group !== text.search.proposals && (
            <div aria-hidden className="px-3 pt-2 pb-1 text-sm font-semibold text-muted">
              {group}
            </div>
          )}
          {proposals.map(
            (proposal, index) =>
              proposal.group === group && (
                <div
                  key={proposal.key}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={index === active}
                  tabIndex={-1}
                  className={cx(
                    "flex min-h-11 cursor-pointer items-center gap-3 rounded-control px-3 py-2 hover:bg-hover",
                    index === active && "bg-hover outline-2 outline-accent",
                  )}
                  // The field shall not lose the focus to the list.
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onChoose(proposal)}
                >
                  <Row proposal={proposal} />
                </div>
              ),
          )}
        </div>
      ))}
    </div>
  );
}

function Row({ proposal: { hit, words, key } }: { proposal: Proposal }) {
  const text = useText();
  if (hit === undefined) {
    const Icon = key === "search" ? Search : History;
    return (
      <>
        <Icon aria-hidden size={18} className="shrink-0 text-muted" />
        <span dir="auto" className="min-w-0 truncate">
          {key === "search" ? text.search.searchFor(words) : words}
        </span>
      </>
    );
  }
  const name = hit.matched_name ?? hit.name;
  const spans = hit.matched_name === null ? hit.name_spans : hit.matched_spans;
  return (
    <>
      {isTitle(hit) ? (
        <Poster
          title={hit}
          sizes="4rem"
          className="@container aspect-video w-16 shrink-0 rounded-control"
        />
      ) : (
        <span className="grid w-16 shrink-0 place-items-center text-muted">
          {hit.kind === "person" ? (
            <User aria-hidden size={20} />
          ) : (
            <Search aria-hidden size={18} />
          )}
        </span>
      )}
      <span className="min-w-0 flex-1">
        <span className="line-clamp-1 wrap-anywhere">
          <HitName name={name} spans={spans} />
        </span>
        <span className="block text-sm text-muted">
          {[text.search.kinds[hit.kind], hit.year].filter(Boolean).join(" · ")}
        </span>
      </span>
    </>
  );
}
