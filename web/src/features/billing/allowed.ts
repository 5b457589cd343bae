import { formatCountry } from "../../app/format";
import type { Messages } from "../../app/i18n";

export interface Allowed {
  streams_at_once: number;
  devices_at_most: number;
  max_height: number | null;
  regions: readonly string[];
}

/** What a plan allows, each limit in words. */
export function allowedWords(plan: Allowed, text: Messages): string[] {
  const { allowed } = text.plans;
  return [
    allowed.streams(plan.streams_at_once),
    allowed.devices(plan.devices_at_most),
    allowed.height(plan.max_height),
    allowed.regions(plan.regions.map((code) => formatCountry(code))),
  ];
}
