import { unwrap, type WebhookDelivery } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

const webhooksKey = ["webhooks"] as const;

export const webhooksQuery = queryOptions({
  queryKey: webhooksKey,
  queryFn: () => unwrap(api.GET("/api/v1/admin/webhooks")),
});

export interface NewWebhook {
  url: string;
  kinds: string[];
  description: string;
}

export type WebhookChange = Partial<NewWebhook> & { is_enabled?: boolean };

const useSettled = () => {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: webhooksKey });
};

export function useAddWebhook() {
  return useMutation({
    mutationFn: (body: NewWebhook) => unwrap(api.POST("/api/v1/admin/webhooks", { body })),
    // The secret is for the one who made it, and for nobody who looks into the page later.
    gcTime: 0,
    onSettled: useSettled(),
  });
}

export function useChangeWebhook(id: string) {
  return useMutation({
    mutationFn: (body: WebhookChange) =>
      unwrap(
        api.PATCH("/api/v1/admin/webhooks/{webhook_id}", {
          params: { path: { webhook_id: id } },
          body,
        }),
      ),
    onSettled: useSettled(),
  });
}

export function useRemoveWebhook(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/admin/webhooks/{webhook_id}", { params: { path: { webhook_id: id } } }),
      ),
    onSettled: useSettled(),
  });
}

export function useTestWebhook(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/admin/webhooks/{webhook_id}/test", {
          params: { path: { webhook_id: id } },
        }),
      ),
    onSettled: useSettled(),
  });
}

const isUnderWay = (delivery: WebhookDelivery) => delivery.state === "waiting";

export const deliveriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...webhooksKey, id, "deliveries"],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/admin/webhooks/{webhook_id}/deliveries", {
          params: { path: { webhook_id: id }, query: { cursor } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: (query) =>
      query.state.data?.pages[0]?.items.some(isUnderWay) ? 2_000 : false,
  });

export function useRedeliver(id: string) {
  return useMutation({
    mutationFn: (deliveryId: string) =>
      unwrap(
        api.POST("/api/v1/admin/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", {
          params: { path: { webhook_id: id, delivery_id: deliveryId } },
        }),
      ),
    onSettled: useSettled(),
  });
}
