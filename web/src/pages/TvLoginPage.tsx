import { unwrap } from "@streamverse/client";
import { Button, Skeleton, Spinner } from "@streamverse/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";

import { api, sentenceOf } from "../app/api";
import { formatRoughTime } from "../app/format";
import { useText } from "../app/i18n";
import { Logo } from "../app/Logo";
import { ME_KEY } from "../app/query-client";
import { pause, untilDecided } from "../features/identity/tv";
import { SvgPicture } from "../features/security/SvgPicture";

type End = "expired" | "denied";

function fetchCodes() {
  const body = { kind: "browser", client_name: "" } as const;
  return unwrap(api.POST("/api/v1/auth/device/code", { body }));
}
type Codes = Awaited<ReturnType<typeof fetchCodes>>;

/** Made to be read from the sofa: big, dark, and with nothing to type. */
export function TvLoginPage() {
  const text = useText();
  const [attempt, setAttempt] = useState(0);
  const [end, setEnd] = useState<End | null>(null);
  const codes = useQuery({
    queryKey: ["tv-codes", attempt],
    queryFn: fetchCodes,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const again = () => {
    setEnd(null);
    setAttempt(attempt + 1);
  };
  if (end !== null) {
    const [title, body] =
      end === "denied"
        ? [text.tv.deniedTitle, text.tv.deniedBody]
        : [text.tv.expiredTitle, text.tv.expiredBody];
    return (
      <Stage title={title} intro={body}>
        <NewCode onPress={again} />
      </Stage>
    );
  }
  if (codes.isError) {
    return (
      <Stage title={text.tv.title} intro={sentenceOf(codes.error, text)}>
        <NewCode onPress={again} />
      </Stage>
    );
  }
  return (
    <Stage title={text.tv.title} intro={text.tv.intro}>
      {codes.data === undefined ? (
        <div role="status" aria-label={text.tv.preparing}>
          <Skeleton className="h-72" />
        </div>
      ) : (
        <Waiting key={codes.data.device_code} codes={codes.data} onEnd={setEnd} />
      )}
    </Stage>
  );
}

function Stage({ title, intro, children }: { title: string; intro: string; children: ReactNode }) {
  const text = useText();
  return (
    <main
      data-theme="dark"
      className="relative grid min-h-dvh content-center gap-[5vh] overflow-hidden bg-canvas p-[6vw] text-ink"
    >
      <title>{`${title} · ${text.appName}`}</title>
      <div
        aria-hidden
        className="absolute inset-0 bg-[radial-gradient(50%_60%_at_90%_5%,oklch(0.62_0.19_45/0.4),transparent_70%),radial-gradient(60%_70%_at_5%_100%,oklch(0.42_0.13_265/0.55),transparent_70%)]"
      />
      <div className="relative mx-auto grid w-full max-w-[90rem] gap-[4vh]">
        <div className="text-[clamp(1rem,1.4vw,2rem)]">
          <Logo />
        </div>
        <div className="grid gap-3">
          <h1 className="text-[clamp(2rem,4.4vw,5.5rem)] font-extrabold">{title}</h1>
          <p className="max-w-[44ch] text-[clamp(1.05rem,1.8vw,2.2rem)] text-muted">{intro}</p>
        </div>
        {children}
      </div>
    </main>
  );
}

function NewCode({ onPress }: { onPress: () => void }) {
  const text = useText();
  return (
    <Button autoFocus variant="primary" size="lg" className="justify-self-start" onClick={onPress}>
      {text.tv.newCode}
    </Button>
  );
}

function Waiting({ codes, onEnd }: { codes: Codes; onEnd: (end: End) => void }) {
  const text = useText();
  const [isReachable, setIsReachable] = useState(true);
  const secondsLeft = useSecondsOf(codes.expires_in);
  useDecision(codes, onEnd, setIsReachable);
  return (
    <div className="grid items-center gap-x-[6vw] gap-y-10 md:grid-cols-[auto_minmax(0,1fr)]">
      <figure className="grid justify-items-center gap-4 justify-self-center">
        <SvgPicture
          svg={codes.qr_svg}
          label={text.tv.qrLabel}
          className="size-[clamp(11rem,24vw,26rem)] rounded-3xl bg-white p-[1.5%]"
        />
        <figcaption className="text-[clamp(1rem,1.4vw,1.7rem)] font-semibold">
          {text.tv.scan}
        </figcaption>
      </figure>
      <div className="grid gap-6 text-[clamp(1.05rem,1.8vw,2.2rem)]">
        <p>
          {text.tv.orOpen}{" "}
          <span className="font-semibold text-accent-text wrap-anywhere">
            {codes.verification_uri.replace(/^https?:\/\//, "")}
          </span>
          <br />
          {text.tv.andType}
        </p>
        <p
          role="img"
          aria-label={text.tv.codeLabel(codes.user_code.split(/(?=.)/).join(" "))}
          className="font-mono text-[clamp(2.6rem,7vw,8.5rem)] leading-none font-bold tracking-[0.06em] whitespace-nowrap"
        >
          {codes.user_code}
        </p>
        <p role="status" className="flex items-center gap-4 text-muted">
          <Spinner className="size-[1em] shrink-0" />
          {isReachable ? text.tv.waiting : text.tv.offline}
        </p>
        <p className="text-[0.7em] text-muted">{text.tv.goodFor(formatRoughTime(secondsLeft))}</p>
      </div>
    </div>
  );
}

/** Ask until somebody has decided on the other device, and go in if they said yes. */
function useDecision(
  codes: Codes,
  onEnd: (end: End) => void,
  onReachable: (isReachable: boolean) => void,
): void {
  const queryClient = useQueryClient();
  const router = useRouter();
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const body = { device_code: codes.device_code };
    const asking = untilDecided({
      ask: () => unwrap(api.POST("/api/v1/auth/device/token", { body, signal })),
      intervalS: codes.interval,
      wait: (milliseconds) => pause(milliseconds, signal),
      onReachable,
    });
    void asking
      .then((outcome) => {
        if (outcome.kind !== "in") return onEnd(outcome.kind);
        queryClient.setQueryData(ME_KEY, outcome.answer);
        return router.navigate({ to: "/" });
      })
      .catch(() => {
        if (!signal.aborted) onEnd("expired");
      });
    return () => stop.abort(new Error("The page is gone."));
  }, [codes, onEnd, onReachable, queryClient, router]);
}

function useSecondsOf(lifetimeS: number): number {
  const [left, setLeft] = useState(lifetimeS);
  useEffect(() => {
    const until = Date.now() + lifetimeS * 1000;
    const timer = window.setInterval(
      () => setLeft(Math.max(0, Math.round((until - Date.now()) / 1000))),
      5_000,
    );
    return () => window.clearInterval(timer);
  }, [lifetimeS]);
  return left;
}
