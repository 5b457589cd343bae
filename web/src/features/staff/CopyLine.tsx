import { Button } from "@streamverse/ui";
import { Check, Copy } from "lucide-react";
import { useId, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { copyText } from "../../app/take-along";

/** A line of text to take along: copied by a button, or selected where the browser forbids that. */
export function CopyLine({ label, value }: { label: string; value: string }) {
  const { apiKeys } = useText();
  const id = useId();
  const line = useRef<HTMLInputElement>(null);
  const [isCopied, setIsCopied] = useState<boolean | null>(null);
  const copy = async () => {
    const isDone = await copyText(value);
    if (!isDone) line.current?.select();
    setIsCopied(isDone);
  };
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-semibold">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          ref={line}
          id={id}
          readOnly
          value={value}
          onFocus={(event) => event.currentTarget.select()}
          className="min-h-12 min-w-0 flex-1 rounded-control border border-line-strong/60 bg-canvas px-4 font-mono text-sm"
        />
        <Button
          variant="primary"
          icon={
            isCopied === true ? <Check aria-hidden size={18} /> : <Copy aria-hidden size={18} />
          }
          onClick={() => void copy()}
        >
          {apiKeys.copy}
        </Button>
      </div>
      <p role="status" className="min-h-6 text-sm text-muted">
        {isCopied === true && apiKeys.copied}
        {isCopied === false && apiKeys.copyYourself}
      </p>
    </div>
  );
}
