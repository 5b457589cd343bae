import type { ReactNode } from "react";

import { Logo } from "../../app/Logo";
import { useText } from "../../app/i18n";

/** The frame of the pages one sees before being logged in. */
export function EntryFrame({
  title,
  intro,
  children,
}: {
  title: string;
  intro?: string;
  children: ReactNode;
}) {
  const text = useText();
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)]">
      <title>{`${title} · ${text.appName}`}</title>
      <div
        aria-hidden
        className="relative hidden overflow-hidden bg-[#0b0f18] text-[#f4f6fa] lg:grid lg:content-end lg:p-[5vw]"
      >
        <div className="absolute inset-0 bg-[radial-gradient(60%_70%_at_75%_20%,oklch(0.62_0.19_45/0.85),transparent_70%),radial-gradient(70%_80%_at_10%_95%,oklch(0.42_0.13_265/0.9),transparent_70%)]" />
        <div className="absolute -end-[12%] top-[8%] aspect-square w-[62%] rotate-6 opacity-90">
          <svg viewBox="0 0 24 24" className="size-full" fill="currentColor">
            <path
              className="text-[#ffb169]/80"
              d="M8 4.200v15.600c0 1.100 1.200 1.800 2.200 1.200l11.900-7.800c.9-.6.9-1.900 0-2.400L10.200 3c-1-.6-2.200.1-2.200 1.200Z"
            />
          </svg>
        </div>
        <p className="relative max-w-[14ch] font-display text-[clamp(2.5rem,4.4vw,6rem)] leading-[1.02] font-extrabold tracking-tight text-balance">
          {text.login.tagline}
        </p>
      </div>
      <main className="grid content-center px-6 py-10">
        <div className="mx-auto grid w-full max-w-md animate-rise gap-7">
          <Logo />
          <div className="grid gap-2">
            <h1 className="text-4xl font-extrabold">{title}</h1>
            {intro !== undefined && <p className="text-lg text-muted">{intro}</p>}
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
