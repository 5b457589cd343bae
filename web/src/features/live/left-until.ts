export interface Left {
  unit: "days" | "hours" | "minutes" | "seconds";
  value: number;
}

/** Split what is left until an instant; days are left out where there are none. */
export function leftUntil(at: string, now: number): Left[] | null {
  const seconds = Math.ceil((Date.parse(at) - now) / 1000);
  if (seconds <= 0) return null;
  const days = Math.floor(seconds / 86_400);
  const rest: Left[] = [
    { unit: "hours", value: Math.floor(seconds / 3600) % 24 },
    { unit: "minutes", value: Math.floor(seconds / 60) % 60 },
    { unit: "seconds", value: seconds % 60 },
  ];
  return days > 0 ? [{ unit: "days", value: days }, ...rest] : rest;
}
