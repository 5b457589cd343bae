import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useText } from "../../app/i18n";
import { Logo } from "../../app/Logo";

/** The frame of the pages before the library: nothing but the question. */
export function ProfileFrame({ title, children }: { title: string; children: ReactNode }) {
  const text = useText();
  return (
    <div className="flex min-h-dvh flex-col bg-[radial-gradient(80%_60%_at_50%_0%,var(--sv-accent-wash),transparent_70%)]">
      <title>{`${title} · ${text.appName}`}</title>
      <header className="gutter flex h-16 items-center sm:h-20">
        <Link
          to="/"
          aria-label={`${text.appName}: ${text.nav.home}`}
          className="inline-flex min-h-11 items-center rounded-lg"
        >
          <Logo />
        </Link>
      </header>
      <main className="gutter grid flex-1 content-center justify-items-center pt-4 pb-20">
        {children}
      </main>
    </div>
  );
}
