import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useRef } from "react";

import { useMay } from "../features/staff/queries";
import { useFocusOnArrival } from "./arrival";
import { useText } from "./i18n";
import { TopBar } from "./TopBar";

const DropTarget = lazy(async () => ({
  default: (await import("../features/upload/DropTarget")).DropTarget,
}));

export function AppLayout() {
  const text = useText();
  const mayUpload = useMay("media.upload") === true;
  const content = useRef<HTMLElement>(null);
  useFocusOnArrival(content);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        data-arrows="pass"
        className="fixed start-4 top-3 z-50 -translate-y-24 rounded-full bg-accent px-5 py-3 font-semibold text-accent-ink focus-visible:translate-y-0"
      >
        {text.common.skipToContent}
      </a>
      <TopBar />
      <main ref={content} id="content" tabIndex={-1} className="flex-1 pb-24 outline-none">
        <Outlet />
      </main>
      {mayUpload && (
        <Suspense>
          <DropTarget />
        </Suspense>
      )}
    </div>
  );
}
