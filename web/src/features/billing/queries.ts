/** What the pages about plans ask the server. */
import { type OfferedPlan, type Plan, unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";

const plansKey = ["plans"] as const;

/** The plans that are not archived. */
export const plansQuery = queryOptions({
  queryKey: [...plansKey, "offered"],
  queryFn: () => unwrap(api.GET("/api/v1/plans")),
});

/** All plans, with how many accounts were given each. */
export const allPlansQuery = queryOptions({
  queryKey: [...plansKey, "all"],
  queryFn: () => unwrap(api.GET("/api/v1/admin/plans")),
});

export const ownPlanQuery = queryOptions({
  queryKey: [...plansKey, "own"],
  queryFn: () => unwrap(api.GET("/api/v1/users/me/plan")),
});

/** The plan of somebody else. */
export function subscriptionQuery(accountId: string) {
  return queryOptions({
    queryKey: [...plansKey, "of", accountId],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/admin/accounts/{account_id}/plan", {
          params: { path: { account_id: accountId } },
        }),
      ),
  });
}

export type PlanSaid = Omit<Plan, "id">;

function useForget() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: plansKey });
}

/** Make a plan, or say everything about one anew. */
export function useSavePlan(known: Plan | null) {
  return useMutation({
    mutationFn: (body: PlanSaid) =>
      unwrap(
        known === null
          ? api.POST("/api/v1/admin/plans", { body })
          : api.PUT("/api/v1/admin/plans/{plan_id}", {
              params: { path: { plan_id: known.id } },
              body,
            }),
      ),
    onSuccess: useForget(),
  });
}

export function useOrderPlans() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (plans: readonly OfferedPlan[]) =>
      unwrap(
        api.PUT("/api/v1/admin/plans/order", {
          body: { plan_ids: plans.map(({ plan }) => plan.id) },
        }),
      ),
    // They stand where they were put before the server has heard of it.
    onMutate: (plans) => queryClient.setQueryData(allPlansQuery.queryKey, [...plans]),
    onSettled: useForget(),
  });
}

export function useGivePlan(accountId: string) {
  return useMutation({
    mutationFn: (body: { plan_id: string | null; ends_at: string | null }) =>
      unwrap(
        api.PUT("/api/v1/admin/accounts/{account_id}/plan", {
          params: { path: { account_id: accountId } },
          body,
        }),
      ),
    onSuccess: useForget(),
  });
}

export function useRemoveDevice() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.DELETE("/api/v1/users/me/devices/{device_id}", {
          params: { path: { device_id: id } },
        }),
      ),
    onSettled: useForget(),
  });
}

export function useEndStream() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.DELETE("/api/v1/player/sessions/{session_id}", {
          params: { path: { session_id: id } },
        }),
      ),
    onSettled: useForget(),
  });
}
