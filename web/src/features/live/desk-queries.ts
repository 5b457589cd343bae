import { type LiveHealth, type LiveSlot, type LiveStream, unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";
import { streamsQuery } from "./queries";
import type { SourceBody } from "./source-queries";

const LOOK_AGAIN_MS = 2_000;
const KEPT_MS = 30 * 60_000;
const streamsKey = streamsQuery.queryKey;

export type StreamSettings = Pick<
  LiveStream,
  | "rewind_minutes"
  | "height"
  | "latency"
  | "access"
  | "plan_ids"
  | "newcomer"
  | "ladder"
  | "has_passphrase"
  | "protection"
  | "key_lasts_s"
  | "recordings"
  | "clips"
>;
export type SaidOfStream = StreamSettings & { name: string; description: string };

const useSettled = () => {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["live"] });
};

// --- settings -----------------------------------------------------------------------------------

export const templatesQuery = queryOptions({
  queryKey: ["live", "templates"],
  queryFn: () => unwrap(api.GET("/api/v1/live/templates")),
});

export function useMakeStream() {
  return useMutation({
    mutationFn: (body: SaidOfStream) => unwrap(api.POST("/api/v1/live/streams", { body })),
    onSettled: useSettled(),
  });
}

export function useChangeStream(id: string) {
  return useMutation({
    mutationFn: async ({ stream, source }: { stream: SaidOfStream; source: SourceBody | null }) => {
      const params = { path: { stream_id: id } };
      if (source !== null) {
        await unwrap(api.PUT("/api/v1/live/streams/{stream_id}/source", { params, body: source }));
      }
      return unwrap(api.PATCH("/api/v1/live/streams/{stream_id}", { params, body: stream }));
    },
    onSettled: useSettled(),
  });
}

export function useKeepTemplate() {
  return useMutation({
    mutationFn: (body: { name: string; settings: StreamSettings }) =>
      unwrap(api.POST("/api/v1/live/templates", { body })),
    onSettled: useSettled(),
  });
}

export function useRemoveTemplate() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.DELETE("/api/v1/live/templates/{template_id}", {
          params: { path: { template_id: id } },
        }),
      ),
    onSettled: useSettled(),
  });
}

export function useSetSlate(id: string) {
  return useMutation({
    mutationFn: (picture: File) =>
      unwrap(
        api.PUT("/api/v1/live/streams/{stream_id}/slate", {
          params: { path: { stream_id: id } },
          // The body is the picture itself, which the API's document has no words for.
          body: picture as never,
          bodySerializer: (body) => body as unknown as File,
          headers: { "Content-Type": "application/octet-stream" },
        }),
      ),
    onSettled: useSettled(),
  });
}

export function useRemoveSlate(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/live/streams/{stream_id}/slate", {
          params: { path: { stream_id: id } },
        }),
      ),
    onSettled: useSettled(),
  });
}

// --- many at once -------------------------------------------------------------------------------

export type Deed = "start" | "stop" | "remove";

export function useDeed(deed: Deed) {
  return useMutation({
    mutationFn: (ids: string[]) =>
      unwrap(api.POST(`/api/v1/live/streams/${deed}`, { body: { ids } })),
    onSettled: useSettled(),
  });
}

/** Put streams in an order, which is shown at once. */
export function useOrderStreams() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (streams: LiveStream[]) =>
      unwrap(api.PUT("/api/v1/live/streams/order", { body: { ids: streams.map(({ id }) => id) } })),
    onMutate: async (streams) => {
      await queryClient.cancelQueries({ queryKey: streamsKey });
      queryClient.setQueryData(streamsKey, streams);
    },
    onSettled: useSettled(),
  });
}

// --- times --------------------------------------------------------------------------------------

export const slotsQuery = (id: string) =>
  queryOptions({
    queryKey: [...streamsKey, id, "schedule"],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/live/streams/{stream_id}/schedule", {
          params: { path: { stream_id: id } },
        }),
      ),
    // Whoever changes it begins with what holds now.
    gcTime: 0,
  });

export function useSetSlots(id: string) {
  return useMutation({
    mutationFn: (slots: LiveSlot[]) =>
      unwrap(
        api.PUT("/api/v1/live/streams/{stream_id}/schedule", {
          params: { path: { stream_id: id } },
          body: { slots },
        }),
      ),
    onSettled: useSettled(),
  });
}

const reminderPath = "/api/v1/live/streams/{stream_id}/reminders/{profile_id}";

export const streamReminderQuery = (id: string, profileId: string) =>
  queryOptions({
    queryKey: [...streamsKey, id, "reminder", profileId],
    queryFn: () =>
      unwrap(api.GET(reminderPath, { params: { path: { stream_id: id, profile_id: profileId } } })),
  });

export function useStreamReminder(id: string, profileId: string) {
  const of = { params: { path: { stream_id: id, profile_id: profileId } } };
  return useMutation({
    mutationFn: (isWanted: boolean) =>
      unwrap(isWanted ? api.PUT(reminderPath, of) : api.DELETE(reminderPath, of)),
    onSettled: useSettled(),
  });
}

// --- health -------------------------------------------------------------------------------------

/** How a stream comes in; after the first time, only what is new is fetched. */
export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: ["live", "health", id],
    queryFn: async ({ client, queryKey }): Promise<LiveHealth> => {
      const known = client.getQueryData<LiveHealth>(queryKey)?.moments ?? [];
      const since = known.at(-1)?.at;
      const fresh = await unwrap(
        api.GET("/api/v1/live/streams/{stream_id}/health", {
          params: { path: { stream_id: id }, query: since === undefined ? {} : { since } },
        }),
      );
      const moments = [...known, ...fresh.moments];
      const oldest = Date.parse(moments.at(-1)?.at ?? "") - KEPT_MS;
      return { ...fresh, moments: moments.filter(({ at }) => Date.parse(at) > oldest) };
    },
    refetchInterval: LOOK_AGAIN_MS,
  });
