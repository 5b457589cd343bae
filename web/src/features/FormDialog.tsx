import { Button, Dialog, DialogActions } from "@streamverse/ui";
import { type ReactNode, type SubmitEvent, useId } from "react";

import { useText } from "../app/i18n";
import { FormProblem } from "./identity/FormProblem";
import { SubmitButton } from "./identity/SubmitButton";

export interface FormDialogProps {
  title: string;
  description?: string;
  /** What the button says that sends the form. */
  submit: string;
  isBusy: boolean;
  /** What the server last refused it with, and its sentence if that is about the whole form. */
  error: Error | null;
  above: string | null;
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog that is one form: what is wrong with it, its fields, and the two ways out. */
export function FormDialog({
  title,
  description,
  submit,
  isBusy,
  error,
  above,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  const text = useText();
  const formId = useId();
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      {...(description === undefined ? {} : { description })}
      closeLabel={text.common.close}
    >
      <FormProblem above={above} />
      <form id={formId} onSubmit={onSubmit} className="grid gap-5">
        {children}
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <SubmitButton form={formId} size="md" isBusy={isBusy} error={error}>
          {submit}
        </SubmitButton>
      </DialogActions>
    </Dialog>
  );
}
