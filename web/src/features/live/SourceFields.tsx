import { Button, Choice, Field, Notice, PasswordField } from "@streamverse/ui";
import { PlugZap } from "lucide-react";

import { placeProblem } from "../../app/forms";
import { formatBitrate, formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";
import { type SaidOfSource, sourceBody, useTrySource } from "./source-queries";

interface SourceFieldsProps {
  streamId: string;
  said: SaidOfSource;
  hasPassword: boolean;
  onSay: (said: SaidOfSource) => void;
  error: Error | null;
}

/** Whether an encoder sends, or where the stream is fetched from. */
export function SourceFields({ streamId, said, hasPassword, onSay, error }: SourceFieldsProps) {
  const text = useText();
  const { liveSources: words } = text;
  const attempt = useTrySource(streamId);
  const tried = placeProblem(attempt.error, text);
  const at = { ...tried.at, ...placeProblem(error, text).at };
  const body = sourceBody(said);
  const say = (change: Partial<SaidOfSource>) => {
    attempt.reset();
    onSay({ ...said, ...change });
  };
  return (
    <>
      <Choice
        label={words.intake}
        value={said.isFetched ? "source" : "encoder"}
        onChange={(intake) => say({ isFetched: intake === "source" })}
        choices={(["encoder", "source"] as const).map((value) => ({
          value,
          label: words.intakes[value],
        }))}
      />
      {said.isFetched && (
        <>
          <Field
            label={words.address}
            hint={words.addressHint}
            autoComplete="off"
            spellCheck={false}
            maxLength={2000}
            required
            value={said.address}
            onChange={(event) => say({ address: event.currentTarget.value })}
            error={at["address"]}
          />
          <Field
            label={words.user}
            hint={words.userHint}
            autoComplete="off"
            maxLength={200}
            value={said.user}
            onChange={(event) => say({ user: event.currentTarget.value })}
          />
          <PasswordField
            label={words.password}
            hint={hasPassword ? words.passwordKept : undefined}
            showLabel={text.password.show}
            hideLabel={text.password.hide}
            autoComplete="off"
            maxLength={500}
            value={said.password}
            onChange={(event) => say({ password: event.currentTarget.value })}
            error={at["password"]}
          />
          <Choice
            label={words.times}
            value={said.times}
            onChange={(times) => say({ times })}
            choices={(["always", "scheduled"] as const).map((value) => ({
              value,
              label: words.timesOf[value],
            }))}
          />
          <div className="flex flex-wrap items-center gap-3">
            <Button
              icon={<PlugZap aria-hidden size={18} />}
              disabled={said.address.trim() === ""}
              isBusy={attempt.isPending}
              onClick={() => body !== null && attempt.mutate(body)}
            >
              {words.tryIt}
            </Button>
            {attempt.isPending && <p className="text-sm text-muted">{words.trying}</p>}
          </div>
          {tried.above !== null && <Notice tone="danger">{tried.above}</Notice>}
          {attempt.data !== undefined && <Held holding={attempt.data} />}
        </>
      )}
    </>
  );
}

type Holding = NonNullable<ReturnType<typeof useTrySource>["data"]>;

function Held({ holding }: { holding: Holding }) {
  const { liveSources: words } = useText();
  const { video_codec, width, height, frame_rate, audio_codec, sample_rate_hz, bitrate_bps } =
    holding;
  const name = (codec: string) => words.codecs[codec] ?? codec;
  const parts = [
    video_codec === null
      ? words.noPicture
      : words.picture(name(video_codec), `${width} × ${height}`),
    ...(frame_rate === null ? [] : [words.frames(formatNumber(frame_rate))]),
    audio_codec === null
      ? words.noSound
      : words.sound(name(audio_codec), formatNumber((sample_rate_hz ?? 0) / 1000)),
    ...(bitrate_bps === null ? [] : [formatBitrate(bitrate_bps)]),
  ];
  return <Notice>{words.holds(parts.join(", "))}</Notice>;
}
