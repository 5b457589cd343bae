import { Button, type ButtonSize } from "@streamverse/ui";
import type { ReactNode } from "react";

import { useText } from "../../app/i18n";
import { useSecondsLeft } from "./use-seconds-left";

/** Sends a form; while the server wants to be left alone, it counts down instead. */
export function SubmitButton({
  isBusy,
  error,
  form,
  size = "lg",
  children,
}: {
  isBusy: boolean;
  error: unknown;
  form?: string;
  size?: ButtonSize;
  children: ReactNode;
}) {
  const text = useText();
  const secondsLeft = useSecondsLeft(error);
  return (
    <Button
      type="submit"
      variant="primary"
      size={size}
      form={form}
      isBusy={isBusy}
      disabled={isBusy || secondsLeft > 0}
    >
      {secondsLeft > 0 ? text.login.waitSeconds(secondsLeft) : children}
    </Button>
  );
}
