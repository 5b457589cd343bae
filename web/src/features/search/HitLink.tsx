import { useNavigate } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

import { addressOf } from "./hits";
import { type SearchHit, useRemember } from "./queries";

export interface HitLinkProps {
  hit: SearchHit;
  /** What was searched, to be kept with what was chosen; nothing is kept without. */
  words?: string;
  className?: string;
  children: ReactNode;
}

/** A link to what was found. */
export function HitLink({ hit, words, className, children }: HitLinkProps) {
  const navigate = useNavigate();
  const remember = useRemember();
  const follow = (event: MouseEvent) => {
    if (words !== undefined) remember.mutate({ words, chosen: hit });
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void navigate({ href: addressOf(hit) });
  };
  return (
    <a href={addressOf(hit)} aria-label={hit.name} className={className} onClick={follow}>
      {children}
    </a>
  );
}
