import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";

import { IconButton } from "./Button";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isProblem: boolean;
}

const GOOD_SHOWN_MS = 5_000;
const PROBLEM_SHOWN_MS = 10_000;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function setToasts(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Say briefly that something was done. */
export function showToast(text: string): void {
  setToasts([...toasts, { id: ++lastId, text, isProblem: false }].slice(-4));
}

/** Say briefly that something was not done, and why. */
export function showProblem(text: string): void {
  setToasts([...toasts, { id: ++lastId, text, isProblem: true }].slice(-4));
}

/** The corner of the page where short messages appear and are read out. */
export function ToastRegion({ label, closeLabel }: { label: string; closeLabel: string }) {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section
      aria-label={label}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-4 z-60 mx-auto grid max-w-md gap-3 sm:inset-x-auto sm:end-6 sm:bottom-6 sm:w-96"
    >
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} closeLabel={closeLabel} />
      ))}
    </section>
  );
}

function close(id: number): void {
  setToasts(toasts.filter((toast) => toast.id !== id));
}

function ToastCard({ toast, closeLabel }: { toast: Toast; closeLabel: string }) {
  // Nothing goes away while one reads it with the pointer or the keyboard upon it.
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = window.setTimeout(
      close,
      toast.isProblem ? PROBLEM_SHOWN_MS : GOOD_SHOWN_MS,
      toast.id,
    );
    return () => window.clearTimeout(timer);
  }, [isHeld, toast]);
  return (
    <div
      role={toast.isProblem ? "alert" : "status"}
      className="pointer-events-auto flex animate-rise items-start gap-3 rounded-2xl border border-line bg-float py-2 ps-4 pe-2 text-ink shadow-float"
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      {toast.isProblem ? (
        <CircleAlert aria-hidden className="mt-3 shrink-0 text-danger-text" size={20} />
      ) : (
        <CircleCheck aria-hidden className="mt-3 shrink-0 text-good-text" size={20} />
      )}
      <p className="flex-1 py-2.5 wrap-anywhere">{toast.text}</p>
      <IconButton label={closeLabel} onClick={() => close(toast.id)}>
        <X aria-hidden size={18} />
      </IconButton>
    </div>
  );
}
