import { type LiveBackup, unwrap } from "@streamverse/client";
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

// --- the backup source --------------------------------------------------------------------------

const backup = "/api/v1/live/streams/{stream_id}/backup";
const backupKey = (streamId: string) => ["live", "backup", streamId] as const;

/** The backup key of a stream; null while there is none. */
export const backupQuery = (streamId: string) =>
  queryOptions({
    queryKey: backupKey(streamId),
    queryFn: async () =>
      (await unwrap(api.GET(backup, { params: { path: { stream_id: streamId } } }))).backup,
    // The key is for those who have just asked for it.
    gcTime: 0,
  });

export type Comeback = LiveBackup["comeback"];

function useBackupSettled(streamId: string) {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: backupKey(streamId) });
}

export function useMakeBackupKey(streamId: string) {
  return useMutation({
    mutationFn: () => unwrap(api.POST(backup, { params: { path: { stream_id: streamId } } })),
    onSettled: useBackupSettled(streamId),
  });
}

export function useChooseComeback(streamId: string) {
  return useMutation({
    mutationFn: (comeback: Comeback) =>
      unwrap(api.PUT(backup, { params: { path: { stream_id: streamId } }, body: { comeback } })),
    onSettled: useBackupSettled(streamId),
  });
}

export function useRemoveBackup(streamId: string) {
  return useMutation({
    mutationFn: () => unwrap(api.DELETE(backup, { params: { path: { stream_id: streamId } } })),
    onSettled: useBackupSettled(streamId),
  });
}

// --- targets ------------------------------------------------------------------------------------

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
