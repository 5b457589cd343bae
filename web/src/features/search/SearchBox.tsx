import { cx, IconButton } from "@streamverse/ui";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { addressOf } from "./hits";
import { ProposalList } from "./ProposalList";
import { useRemember } from "./queries";
import { type Proposal, useProposals } from "./use-proposals";

/** The search field with its proposals: a combobox that one reaches by the key / from anywhere. */
export function SearchBox() {
  const text = useText();
  const navigate = useNavigate();
  const remember = useRemember();
  const { q = "" } = useSearch({ strict: false });
  const [draft, setDraft] = useState(q);
  const [shown, setShown] = useState(q);
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const proposals = useProposals(draft, isOpen);
  useSlash(input);

  // Going back or following a link changes the words from outside.
  if (shown !== q) {
    setShown(q);
    setDraft(q);
  }

  const close = () => {
    setIsOpen(false);
    setActive(-1);
  };
  const search = (words: string) => {
    close();
    const wanted = words.trim();
    if (wanted !== "") remember.mutate({ words: wanted });
    void navigate({ to: "/search", search: wanted === "" ? {} : { q: wanted } });
  };
  const choose = (proposal: Proposal) => {
    if (proposal.hit === undefined) {
      setDraft(proposal.words);
      search(proposal.words);
      return;
    }
    close();
    remember.mutate({ words: draft.trim() || proposal.words, chosen: proposal.hit });
    setDraft("");
    void navigate({ href: addressOf(proposal.hit) });
  };
  const clear = () => {
    setDraft("");
    setActive(-1);
    input.current?.focus();
  };
  const move = (step: number) => {
    setIsOpen(true);
    // One place more than there are proposals: the field itself.
    const places = proposals.length + 1;
    setActive((now) => ((now + 1 + step + places) % places) - 1);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      // Where there is nothing to propose yet, the arrows of a remote lead on into the page.
      if (!isOpen && draft === q && !event.altKey) return;
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      if (isOpen) close();
      else clear();
    }
  };

  const hasList = isOpen && proposals.length > 0;
  const chosen = hasList ? proposals[active] : undefined;
  return (
    <form
      role="search"
      className="flex w-full max-w-96 min-w-11 items-center sm:relative"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen) choose(chosen);
        else search(draft);
      }}
    >
      <div className="relative flex w-full items-center">
        <Search
          aria-hidden
          size={18}
          className="pointer-events-none absolute start-3.5 text-muted"
        />
        <input
          ref={input}
          type="text"
          inputMode="search"
          enterKeyHint="search"
          autoComplete="off"
          role="combobox"
          aria-label={text.search.label}
          aria-autocomplete="list"
          aria-expanded={hasList}
          aria-controls={listId}
          aria-activedescendant={chosen ? `${listId}-${active}` : undefined}
          aria-keyshortcuts="/"
          title={text.search.shortcut}
          placeholder={text.search.placeholder}
          value={draft}
          maxLength={200}
          onChange={(event) => {
            setDraft(event.target.value);
            setIsOpen(true);
            setActive(-1);
          }}
          onClick={() => setIsOpen(true)}
          onKeyDown={onKeyDown}
          className={cx(
            "h-11 w-full rounded-full border border-line bg-surface ps-10 text-ink placeholder:text-muted",
            "transition-colors hover:border-line-strong",
            draft ? "pe-11" : "pe-3",
          )}
        />
        {draft !== "" && (
          <IconButton label={text.search.clear} onClick={clear} className="absolute end-0">
            <X aria-hidden size={16} />
          </IconButton>
        )}
      </div>
      <ProposalList
        id={listId}
        isShown={hasList}
        proposals={proposals}
        active={active}
        onChoose={choose}
      />
      <span role="status" className="sr-only">
        {isOpen && draft.trim() !== "" && text.search.proposalCount(proposals.length - 1)}
      </span>
    </form>
  );
}

/** The key / leads to the field, unless one is writing. */
function useSlash(input: React.RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const reach = (event: globalThis.KeyboardEvent) => {
      const isWriting =
        event.target instanceof HTMLElement &&
        event.target.matches("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isWriting) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener("keydown", reach);
    return () => window.removeEventListener("keydown", reach);
  }, [input]);
}
