import { unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";

const LOOK_AGAIN_MS = 2_000;
const all = "/api/v1/live/streams/{stream_id}/targets";
const one = "/api/v1/live/streams/{stream_id}/targets/{target_id}";

export interface SaidOfTarget {
  name: string;
  address: string;
  key: string;
  passphrase: string;
}

export const targetsQuery = (streamId: string) =>
  queryOptions({
    queryKey: ["live", "targets", streamId],
    queryFn: () => unwrap(api.GET(all, { params: { path: { stream_id: streamId } } })),
    refetchInterval: LOOK_AGAIN_MS,
  });

function useSettled(streamId: string) {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: targetsQuery(streamId).queryKey });
}

export function useAddTarget(streamId: string) {
  return useMutation({
    mutationFn: ({ passphrase, ...said }: SaidOfTarget) =>
      unwrap(
        api.POST(all, {
          params: { path: { stream_id: streamId } },
          body: { ...said, passphrase: passphrase === "" ? null : passphrase, is_on: true },
        }),
      ),
    onSettled: useSettled(streamId),
  });
}

export function useChangeTarget(streamId: string, targetId: string) {
  return useMutation({
    mutationFn: (change: Partial<SaidOfTarget> & { is_on?: boolean }) =>
      unwrap(
        api.PATCH(one, {
          params: { path: { stream_id: streamId, target_id: targetId } },
          body: { key: "", ...change },
        }),
      ),
    onSettled: useSettled(streamId),
  });
}

export function useRemoveTarget(streamId: string, targetId: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(api.DELETE(one, { params: { path: { stream_id: streamId, target_id: targetId } } })),
    onSettled: useSettled(streamId),
  });
}
