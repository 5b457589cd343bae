import { Link } from "@tanstack/react-router";
import { Upload } from "lucide-react";

import { formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";
import { useQueuedFiles } from "./uploads";

/** In the top bar: how far all uploads together are, while there are any. */
export function UploadIndicator() {
  const text = useText();
  const active = useQueuedFiles().filter((f) => f.stage !== "accepted" && f.stage !== "refused");
  if (active.length === 0) return null;
  const sent = active.reduce((sum, file) => sum + file.sentBytes, 0);
  const size = active.reduce((sum, file) => sum + file.sizeBytes, 0);
  return (
    <Link
      to="/upload"
      aria-label={text.nav.uploading(active.length)}
      className="inline-flex h-11 shrink-0 items-center gap-2 rounded-full bg-accent-wash px-3 font-semibold text-accent-text tabular-nums"
    >
      <Upload aria-hidden size={18} />
      {formatPercent(size === 0 ? 0 : sent / size)}
    </Link>
  );
}
