import { cx } from "@streamverse/ui";

/** The face of a profile; its name stands beside it or in the label of what holds it. */
export function ProfilePicture({ url, className }: { url: string; className?: string }) {
  return (
    <img
      src={url}
      alt=""
      draggable={false}
      className={cx("aspect-square rounded-[24%] bg-raised object-cover select-none", className)}
    />
  );
}
