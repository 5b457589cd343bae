import { useMay } from "../features/staff/queries";
import { useText } from "./i18n";

export interface MainPage {
  readonly to: "/upload" | "/processing" | "/people" | "/browse" | "/collections" | "/live";
  readonly label: string;
}

/** The pages beside the library that somebody uses all the time, as far as their role goes. */
export function useMainPages(): readonly MainPage[] {
  const { nav } = useText();
  const mayUpload = useMay("media.upload") === true;
  const mayManageJobs = useMay("jobs.manage") === true;
  const maySeePeople = useMay("accounts.read") === true;
  return [
    { to: "/browse", label: nav.browse } as const,
    { to: "/collections", label: nav.collections } as const,
    { to: "/live", label: nav.live } as const,
    ...(mayUpload ? [{ to: "/upload", label: nav.upload } as const] : []),
    ...(mayManageJobs ? [{ to: "/processing", label: nav.processing } as const] : []),
    ...(maySeePeople ? [{ to: "/people", label: nav.people } as const] : []),
  ];
}
