import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { takeFiles } from "./take-files";
import { uploadsQuery, useQueuedFiles } from "./uploads";

/** Lets files be dropped on any page; the upload page then shows them. */
export function DropTarget() {
  const text = useText();
  const navigate = useNavigate();
  const [isOver, setIsOver] = useState(false);
  useRefreshWithQueue();

  useEffect(() => {
    let depth = 0;
    const over = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth += 1;
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      setIsOver(depth > 0);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setIsOver(false);
      takeFiles(event.dataTransfer?.files ?? [], text);
      void navigate({ to: "/upload" });
    };
    const stop = new AbortController();
    const options = { signal: stop.signal };
    window.addEventListener("dragover", over, options);
    window.addEventListener("dragenter", enter, options);
    window.addEventListener("dragleave", leave, options);
    window.addEventListener("drop", drop, options);
    return () => stop.abort();
  }, [navigate, text]);

  if (!isOver) return null;
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-0 z-50 grid place-items-center bg-canvas/85 p-6 backdrop-blur-sm"
    >
      <div className="grid size-full place-content-center justify-items-center gap-5 rounded-4xl border-3 border-dashed border-accent text-center">
        <Upload aria-hidden size={56} className="text-accent-text" />
        <p className="font-display text-3xl font-bold">{text.upload.dropHere}</p>
      </div>
    </div>
  );
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** A file that was taken, refused or dismissed changes what the other lists show. */
function useRefreshWithQueue(): void {
  const queryClient = useQueryClient();
  const files = useQueuedFiles();
  const settled = files.filter((file) => file.stage === "accepted" || file.stage === "refused");
  const state = `${settled.length}/${files.length}`;
  const seen = useRef(state);
  useEffect(() => {
    if (seen.current === state) return;
    seen.current = state;
    for (const queryKey of [uploadsQuery.queryKey, ["titles"], ["processing"]]) {
      void queryClient.invalidateQueries({ queryKey });
    }
  }, [queryClient, state]);
}
