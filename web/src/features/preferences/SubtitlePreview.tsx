import { useText } from "../../app/i18n";
import { type Appearance, subtitleStyle } from "./subtitle-style";

/** A still with a bright and a dark part, and a subtitle over both. */
export function SubtitlePreview({ appearance }: { appearance: Appearance }) {
  const text = useText();
  const { backgroundColor, ...letters } = subtitleStyle(appearance);
  return (
    <figure
      role="img"
      aria-label={text.preferences.subtitles.previewOf}
      className="@container-size relative mx-auto aspect-video w-full max-w-[calc(38dvh*16/9)] overflow-hidden rounded-2xl bg-stage ring-1 ring-line"
    >
      <Still />
      <div className="absolute inset-x-[6%] bottom-[7%] text-center leading-snug text-balance">
        <span
          data-testid="subtitle"
          className="box-decoration-clone rounded-[0.15em] px-[0.35em] py-[0.08em] font-medium"
          style={{ ...letters, backgroundColor }}
        >
          {text.preferences.subtitles.sample}
        </span>
      </div>
    </figure>
  );
}

function Still() {
  return (
    <svg
      aria-hidden
      viewBox="0 0 160 90"
      className="absolute inset-0 size-full"
      preserveAspectRatio="xMidYMid slice"
    >
      <defs>
        <linearGradient id="still-sky" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#27406e" />
          <stop offset="0.45" stopColor="#e58a5b" />
          <stop offset="0.75" stopColor="#ffd9a0" />
        </linearGradient>
        <linearGradient id="still-lake" x1="0" y1="0" x2="1" y2="0">
          <stop offset="0" stopColor="#233250" />
          <stop offset="0.5" stopColor="#f3c48f" />
          <stop offset="0.62" stopColor="#fff1d8" />
          <stop offset="0.78" stopColor="#d98d62" />
          <stop offset="1" stopColor="#3a3552" />
        </linearGradient>
      </defs>
      <rect width="160" height="90" fill="url(#still-sky)" />
      <circle cx="98" cy="46" r="9" fill="#fff3d6" />
      <path
        d="M0 52 L18 40 L34 50 L56 32 L78 52 L104 40 L124 50 L144 38 L160 48 V62 H0Z"
        fill="#5b4a6b"
      />
      <path d="M0 58 L26 48 L50 58 L74 50 L96 58 L130 49 L160 58 V66 H0Z" fill="#3c3554" />
      <rect y="60" width="160" height="30" fill="url(#still-lake)" />
      <path d="M0 74 C28 66 40 72 54 78 C64 82 70 90 70 90 H0Z" fill="#141a2b" />
      <path d="M20 70 l3 -18 l3 18Z M30 73 l4 -24 l4 24Z M9 72 l3 -14 l3 14Z" fill="#10151f" />
      <path d="M112 70 q9 5 20 0 l-3 4 h-14Z" fill="#1d2233" />
      <path d="M121 69 v-14 l8 12Z" fill="#fff7ea" opacity="0.9" />
    </svg>
  );
}
