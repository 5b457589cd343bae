import { cx, IconButton } from "@streamverse/ui";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { useText } from "./i18n";

const TYPING_PAUSE_MS = 200;

/** Filters the titles of the home page as one types; the words are part of the address. */
export function SearchBox() {
  const text = useText();
  const navigate = useNavigate();
  const { q = "" } = useSearch({ strict: false });
  const [draft, setDraft] = useState(q);
  const [shown, setShown] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const typing = useRef<number>(undefined);

  // Going back or following a link changes the words from outside.
  if (shown !== q) {
    setShown(q);
    if (draft.trim() !== q) setDraft(q);
  }

  useEffect(() => () => window.clearTimeout(typing.current), []);

  const search = (words: string) => {
    const wanted = words.trim();
    void navigate({ to: "/", search: wanted ? { q: wanted } : {}, replace: q !== "" });
  };

  const change = (words: string) => {
    setDraft(words);
    window.clearTimeout(typing.current);
    typing.current = window.setTimeout(() => search(words), TYPING_PAUSE_MS);
  };

  const clear = () => {
    window.clearTimeout(typing.current);
    setDraft("");
    search("");
    input.current?.focus();
  };

  return (
    <form
      role="search"
      className="relative flex w-full max-w-80 min-w-11 items-center"
      onSubmit={(event) => {
        event.preventDefault();
        window.clearTimeout(typing.current);
        search(draft);
      }}
    >
      <Search aria-hidden size={18} className="pointer-events-none absolute start-3.5 text-muted" />
      <input
        ref={input}
        type="search"
        aria-label={text.nav.search}
        placeholder={text.nav.search}
        value={draft}
        maxLength={200}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && draft !== "" && clear()}
        className={cx(
          "h-11 w-full rounded-full border border-line bg-surface ps-10 text-ink placeholder:text-muted",
          "transition-colors hover:border-line-strong [&::-webkit-search-cancel-button]:hidden",
          draft ? "pe-11" : "pe-3",
        )}
      />
      {draft !== "" && (
        <IconButton label={text.nav.clearSearch} onClick={clear} className="absolute end-0">
          <X aria-hidden size={16} />
        </IconButton>
      )}
    </form>
  );
}
