/** Numbers, sizes and times as people write them, in the reader's language. */

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** 1,234,567 → "1.2 MB". */
export function formatBytes(sizeBytes: number): string {
  let size = sizeBytes;
  let unit = 0;
  while (size >= 1000 && unit < BYTE_UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && size < 100 ? 1 : 0;
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: BYTE_UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(size);
}

/** 4,600,000 → "4.6 Mb/s". */
export function formatBitrate(bitrateBps: number): string {
  const isLarge = bitrateBps >= 1_000_000;
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: isLarge ? "megabit-per-second" : "kilobit-per-second",
    maximumFractionDigits: isLarge ? 1 : 0,
  }).format(bitrateBps / (isLarge ? 1_000_000 : 1_000));
}

/** 94.25 → "94.3". */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value);
}

/** 0.426 → "42 %": rounded down, so that nothing is called finished before it is. */
export function formatPercent(fraction: number): string {
  const percent = Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100;
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(percent);
}

/** 5,400,000 → "1h 30m"; under ten minutes with seconds. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const parts = [
    hours > 0 && unit(hours, "hour", "narrow"),
    minutes > 0 && unit(minutes, "minute", "narrow"),
    hours === 0 &&
      minutes < 10 &&
      (seconds % 60 > 0 || minutes === 0) &&
      unit(seconds % 60, "second", "narrow"),
  ];
  return parts.filter(Boolean).join(" ");
}

/** 200 → "3 min"; coarse, because it is a guess. */
export function formatRoughTime(seconds: number): string {
  if (seconds < 60) return unit(Math.max(1, Math.ceil(seconds / 5) * 5), "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return unit(minutes, "minute");
  return [unit(Math.floor(minutes / 60), "hour"), minutes % 60 > 0 && unit(minutes % 60, "minute")]
    .filter(Boolean)
    .join(" ");
}

export function formatDate(instant: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(instant));
}

/** "21 Nov 2026, 10:12". */
export function formatMoment(instant: string): string {
  const styles = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(locale(), styles).format(new Date(instant));
}

const AGES = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** "5 minutes ago"; after a month, the date. */
export function formatAge(instant: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
  if (seconds >= 30 * 86_400) return formatDate(instant);
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  const [unitName, size] = AGES.find(([, length]) => seconds >= length) ?? ["second", 1];
  return unitName === "second"
    ? words.format(0, "second")
    : words.format(-Math.floor(seconds / size), unitName);
}

type TimeUnit = "hour" | "minute" | "second";

function unit(value: number, name: TimeUnit, display: "short" | "narrow" = "short"): string {
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: name,
    unitDisplay: display,
  }).format(value);
}

/** The region's own way of writing the page's language: dates of en-GB on an English page. */
function locale(): string {
  const language = document.documentElement.lang || "en";
  return navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
}

/** "DE" → "Germany" to an English reader. */
export function formatCountry(
  code: string,
  reader = document.documentElement.lang || "en",
): string {
  return new Intl.DisplayNames([reader], { type: "region" }).of(code) ?? code;
}

/** "de" → "German" to an English reader. */
export function formatLanguage(
  tag: string,
  reader = document.documentElement.lang || "en",
): string {
  return new Intl.DisplayNames([reader], { type: "language" }).of(tag) ?? tag;
}
