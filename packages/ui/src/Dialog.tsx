import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";

import { Button, IconButton } from "./Button";
import { cx } from "./cx";

export interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  closeLabel: string;
  children?: ReactNode;
  className?: string;
  /** Where it is put in the page: inside the player while that fills the screen. */
  container?: HTMLElement | null;
}

/**
 * A window over the page: focus goes to its first field, or to what bears `data-focus-first`, and
 * stays inside, Escape closes it, and focus goes back where it was. Nothing in it may have
 * `autoFocus`, which would come too early to know where that is.
 */
export function Dialog(props: DialogProps) {
  const { isOpen, onClose, title, description, closeLabel, children, className, container } = props;
  const popup = useRef<HTMLDivElement>(null);
  const find = (what: string) => popup.current?.querySelector<HTMLElement>(what);
  const firstField = () => find("[data-focus-first]") ?? find("input, textarea, select");
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal {...(container ? { container } : {})}>
        <Base.Backdrop className="fixed inset-0 z-40 bg-(--sv-scrim) backdrop-blur-xs transition-opacity duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          ref={popup}
          initialFocus={() => firstField() ?? true}
          className={cx(
            "fixed inset-x-4 top-1/2 z-50 mx-auto grid max-h-[calc(100dvh-2rem)] max-w-lg -translate-y-1/2 gap-5 overflow-y-auto",
            "rounded-3xl border border-line bg-surface p-6 text-ink shadow-float sm:p-8",
            "transition-[opacity,scale] duration-200 ease-calm data-ending-style:scale-97 data-ending-style:opacity-0",
            "data-starting-style:scale-97 data-starting-style:opacity-0",
            className,
          )}
        >
          <div className="flex items-start justify-between gap-4">
            <Base.Title className="pt-1.5 text-2xl font-bold">{title}</Base.Title>
            <Base.Close render={<IconButton label={closeLabel} className="-me-2 -mt-1" />}>
              <X aria-hidden size={22} />
            </Base.Close>
          </div>
          {description !== undefined && (
            <Base.Description className="-mt-3 text-muted">{description}</Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-2 flex flex-wrap justify-end gap-3">{children}</div>;
}

export interface ConfirmDialogProps extends Omit<DialogProps, "children"> {
  confirmLabel: string;
  cancelLabel: string;
  onConfirm: () => void;
  isBusy?: boolean;
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { confirmLabel, cancelLabel, onConfirm, isBusy = false, ...dialog } = props;
  return (
    <Dialog {...dialog}>
      <DialogActions>
        <Button variant="quiet" onClick={dialog.onClose}>
          {cancelLabel}
        </Button>
        <Button variant="danger" onClick={onConfirm} isBusy={isBusy}>
          {confirmLabel}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
