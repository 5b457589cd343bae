import { Button, Dialog, DialogActions, showProblem, showToast } from "@streamverse/ui";
import { Copy, Download, Printer } from "lucide-react";

import { useText } from "../../app/i18n";
import { useMe } from "../identity/queries";
import { copyText, saveFile } from "../../app/take-along";

/** New backup codes, which can never be seen again. */
export function BackupCodesDialog({
  codes,
  onClose,
}: {
  codes: readonly string[];
  onClose: () => void;
}) {
  const text = useText();
  const me = useMe();
  const words = text.security.backup;
  const written = `${words.fileHeading(me.email)}\n\n${codes.join("\n")}\n`;
  const copy = async () => {
    if (await copyText(written)) showToast(words.copied);
    else showProblem(words.notCopied);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={words.keepTitle}
      description={words.keepIntro}
      closeLabel={text.common.close}
      className="print-alone"
    >
      <p className="hidden print:block">{words.fileHeading(me.email)}</p>
      <ul
        aria-label={words.listLabel}
        className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-x-6 gap-y-2 rounded-2xl border border-line bg-canvas px-5 py-4 text-center font-mono text-lg"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2 print:hidden">
        <Button icon={<Copy aria-hidden size={18} />} onClick={() => void copy()}>
          {words.copy}
        </Button>
        <Button
          icon={<Download aria-hidden size={18} />}
          onClick={() => saveFile(new Blob([written], { type: "text/plain" }), words.fileName)}
        >
          {words.download}
        </Button>
        <Button icon={<Printer aria-hidden size={18} />} onClick={() => window.print()}>
          {words.print}
        </Button>
      </div>
      <div className="print:hidden">
        <DialogActions>
          <Button variant="primary" onClick={onClose}>
            {words.kept}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
