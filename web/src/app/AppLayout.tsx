import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { useIsOwner } from "../features/identity/queries";
import { useText } from "./i18n";
import { TopBar } from "./TopBar";

const DropTarget = lazy(async () => ({
  default: (await import("../features/upload/DropTarget")).DropTarget,
}));

export function AppLayout() {
  const text = useText();
  const isOwner = useIsOwner();
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="fixed start-4 top-3 z-50 -translate-y-24 rounded-full bg-accent px-5 py-3 font-semibold text-accent-ink focus-visible:translate-y-0"
      >
        {text.common.skipToContent}
      </a>
      <TopBar />
      <main id="content" tabIndex={-1} className="flex-1 pb-24 outline-none">
        <Outlet />
      </main>
      {isOwner && (
        <Suspense>
          <DropTarget />
        </Suspense>
      )}
    </div>
  );
}
