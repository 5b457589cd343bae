import { lazy, Suspense, useSyncExternalStore } from "react";

import { gate } from "./reauthentication";

const ReauthDialog = lazy(async () => ({
  default: (await import("../features/security/ReauthDialog")).ReauthDialog,
}));

/** Shows the question when something sensitive waits for it; its code is fetched only then. */
export function ReauthGate() {
  const isAsking = useSyncExternalStore(gate.subscribe, () => gate.isAsking);
  return isAsking ? (
    <Suspense>
      <ReauthDialog />
    </Suspense>
  ) : null;
}
