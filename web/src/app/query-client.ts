import { ApiProblem } from "@streamverse/client";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { isStatus } from "./api";

export const ME_KEY = ["me"] as const;

/** Make the cache of what the server said; `onLoggedOut` runs when the session has ended. */
export function createQueryClient(onLoggedOut: () => void): QueryClient {
  const watch = {
    onError: (error: Error) => {
      if (isStatus(error, 401) && client.getQueryData(ME_KEY)) {
        client.setQueryData(ME_KEY, null);
        onLoggedOut();
      }
    },
  };
  const client = new QueryClient({
    queryCache: new QueryCache(watch),
    mutationCache: new MutationCache(watch),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Ask even if the browser believes it is offline: the server may be this machine.
        networkMode: "always",
        // A refusal stays a refusal; only silence is worth asking again. But a session's secret
        // changes with its power, and a question may have crossed that on its way.
        retry: (failures, error) =>
          isStatus(error, 401) ? failures < 1 : !(error instanceof ApiProblem) && failures < 3,
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}
