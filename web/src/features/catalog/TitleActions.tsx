import { Button, ConfirmDialog, IconButton, Menu, MenuItem, showToast } from "@streamverse/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { Cog, Ellipsis, Eye, EyeOff, Images, Pencil, SquarePen, Trash2 } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useMay } from "../staff/queries";
import { EditTitleDialog } from "./EditTitleDialog";
import { type Title, useDeleteTitle, usePublishing } from "./queries";

/** What somebody may do with a title beside watching it, as far as their role goes. */
export function TitleActions({ title }: { title: Title }) {
  const text = useText();
  const showError = useErrorToast();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const publishing = usePublishing(title.id);
  const mayPublish = useMay("titles.publish") === true;
  const mayEdit = useMay("titles.edit") === true;
  const mayManageJobs = useMay("jobs.manage") === true;
  const close = () => setOpen(null);

  const publish = () => {
    const isPublished = !title.is_published;
    publishing.mutate(isPublished, {
      onSuccess: () =>
        showToast(isPublished ? text.title.publishedToast : text.title.unpublishedToast),
      onError: showError,
    });
  };

  return (
    <>
      {mayPublish && (
        <Button
          size="lg"
          isBusy={publishing.isPending}
          icon={
            title.is_published ? <EyeOff aria-hidden size={20} /> : <Eye aria-hidden size={20} />
          }
          onClick={publish}
        >
          {title.is_published ? text.title.unpublish : text.title.publish}
        </Button>
      )}
      {mayEdit && (
        <Button size="lg" icon={<Pencil aria-hidden size={20} />} onClick={() => setOpen("edit")}>
          {text.title.edit}
        </Button>
      )}
      {(mayEdit || mayManageJobs) && (
        <Menu
          trigger={
            <IconButton label={text.title.more} className="size-13 border border-line bg-raised">
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          {mayEdit && (
            <MenuItem
              icon={<SquarePen aria-hidden size={18} />}
              render={<Link to="/titles/$id/edit" params={{ id: title.id }} />}
            >
              {text.editor.open}
            </MenuItem>
          )}
          {mayEdit && title.asset_id !== null && (
            <MenuItem
              icon={<Images aria-hidden size={18} />}
              render={<Link to="/titles/$id/media" params={{ id: title.id }} />}
            >
              {text.media.open}
            </MenuItem>
          )}
          {mayManageJobs && (
            <MenuItem icon={<Cog aria-hidden size={18} />} render={<Link to="/processing" />}>
              {text.title.seeProcessing}
            </MenuItem>
          )}
          {mayEdit && (
            <MenuItem
              icon={<Trash2 aria-hidden size={18} />}
              isDangerous
              onSelect={() => setOpen("delete")}
            >
              {text.title.delete}
            </MenuItem>
          )}
        </Menu>
      )}
      {open === "edit" && <EditTitleDialog title={title} onClose={close} />}
      <DeleteTitleDialog title={title} isOpen={open === "delete"} onClose={close} />
    </>
  );
}

function DeleteTitleDialog({
  title,
  isOpen,
  onClose,
}: {
  title: Title;
  isOpen: boolean;
  onClose: () => void;
}) {
  const text = useText();
  const showError = useErrorToast();
  const navigate = useNavigate();
  const deleting = useDeleteTitle(title.id);
  const confirm = () => {
    deleting.mutate(undefined, {
      onSuccess: () => {
        void navigate({ to: "/" });
        showToast(text.title.deleted(title.name));
      },
      onError: (error) => {
        onClose();
        showError(error);
      },
    });
  };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={text.title.deleteTitle(title.name)}
      description={text.title.deleteBody}
      confirmLabel={text.title.deleteConfirm}
      cancelLabel={text.common.cancel}
      closeLabel={text.common.close}
      isBusy={deleting.isPending}
      onConfirm={confirm}
    />
  );
}
