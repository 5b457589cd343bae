import { Button, showProblem, showToast } from "@streamverse/ui";
import { Share2 } from "lucide-react";

import { useText } from "../../app/i18n";
import { copyText } from "../../app/take-along";

/** Give the address of this page to somebody: by what the device offers, else by copying it. */
export function ShareButton({ name }: { name: string }) {
  const text = useText();
  const share = async () => {
    const url = window.location.origin + window.location.pathname;
    // A desktop's own window for sharing hides the plain link that one wants there.
    if ("share" in navigator && window.matchMedia("(pointer: coarse)").matches) {
      await navigator.share({ title: name, url }).catch(() => undefined);
      return;
    }
    if (await copyText(url)) showToast(text.catalog.shared);
    else showProblem(text.catalog.shareFailed);
  };
  return (
    <Button size="lg" icon={<Share2 aria-hidden size={20} />} onClick={() => void share()}>
      {text.catalog.share}
    </Button>
  );
}
