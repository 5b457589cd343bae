import type { Profile } from "@streamverse/client";
import { Button, Card, ConfirmDialog, showToast } from "@streamverse/ui";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useRemoveProfile } from "./queries";
import type { GrownUp } from "./use-grown-up";

export interface DeleteSectionProps {
  profile: Profile;
  isLast: boolean;
  grownUp: GrownUp;
}

export function DeleteSection({ profile, isLast, grownUp }: DeleteSectionProps) {
  const text = useText();
  const showError = useErrorToast();
  const navigate = useNavigate();
  const [isAsking, setIsAsking] = useState(false);
  const removing = useRemoveProfile();
  const { editor } = text.profiles;
  const remove = async () => {
    setIsAsking(false);
    try {
      const done = await grownUp.run(() => removing.mutateAsync(profile.id).then(() => true));
      if (done !== true) return;
      showToast(editor.removed(profile.name));
      await navigate({ to: "/profiles/manage" });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <Card className="flex flex-wrap items-center justify-between gap-4 p-5 sm:p-7">
      <div className="min-w-0 flex-1 basis-72">
        <h2 className="text-xl font-bold">{editor.danger}</h2>
        <p className="text-muted">{isLast ? editor.lastOne : editor.removeBody}</p>
      </div>
      {!isLast && (
        <Button
          icon={<Trash2 aria-hidden size={18} />}
          isBusy={removing.isPending}
          onClick={() => setIsAsking(true)}
        >
          {editor.remove}
        </Button>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={editor.removeTitle(profile.name)}
        description={editor.removeBody}
        confirmLabel={editor.removeConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        onConfirm={() => void remove()}
      />
    </Card>
  );
}
