import { Dialog } from "@streamverse/ui";

import { useText } from "../../app/i18n";

export interface HelpDialogProps {
  isOpen: boolean;
  onClose: () => void;
  container: HTMLElement | null;
}

export function HelpDialog({ isOpen, onClose, container }: HelpDialogProps) {
  const text = useText();
  const { keys } = text.player;
  const rows: [string[], string][] = [
    [["Space", "K"], keys.play],
    [["J", "L"], keys.skip10],
    [["←", "→"], keys.skip5],
    [[",", "."], keys.frame],
    [["S"], keys.skipMarker],
    [["N"], keys.nextTitle],
    [["↑", "↓"], keys.volume],
    [["0", "…", "9"], keys.tenths],
    [["<", ">"], keys.speed],
    [["M"], keys.mute],
    [["C"], keys.captions],
    [["A"], keys.sound],
    [["F"], keys.fullscreen],
    [["I"], keys.pip],
    [["D"], keys.details],
    [["?"], keys.help],
  ];
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={text.player.helpTitle}
      closeLabel={text.common.close}
      container={container}
    >
      <dl className="grid divide-y divide-line">
        {rows.map(([names, meaning]) => (
          <div key={meaning} className="flex items-center justify-between gap-6 py-2.5">
            <dt className="order-2 flex gap-1.5">
              {names.map((name) => (
                <kbd
                  key={name}
                  className="min-w-8 rounded-lg border border-line-strong/60 bg-raised px-2 py-0.5 text-center font-sans text-sm font-semibold"
                >
                  {name}
                </kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
