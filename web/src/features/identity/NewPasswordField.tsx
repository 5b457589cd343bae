import { cx, PasswordField } from "@streamverse/ui";
import { useId, useState } from "react";

import { useText } from "../../app/i18n";
import { PASSWORD_MINIMUM, type Strength, strengthOf } from "./password-strength";

const bars: Record<Strength, { count: number; className: string }> = {
  short: { count: 0, className: "" },
  weak: { count: 1, className: "bg-danger" },
  fair: { count: 2, className: "bg-accent" },
  good: { count: 3, className: "bg-good-text" },
  strong: { count: 4, className: "bg-good-text" },
};

/** A password to choose, and how good it looks so far. */
export function NewPasswordField({
  label,
  name = "password",
  error,
}: {
  label?: string;
  name?: string;
  error: string | undefined;
}) {
  const text = useText();
  const [typed, setTyped] = useState("");
  return (
    <div className="grid gap-2">
      <PasswordField
        label={label ?? text.password.label}
        hint={text.password.hint}
        showLabel={text.password.show}
        hideLabel={text.password.hide}
        name={name}
        autoComplete="new-password"
        minLength={PASSWORD_MINIMUM}
        required
        error={error}
        onChange={(event) => setTyped(event.target.value)}
      />
      <StrengthMeter strength={typed === "" ? null : strengthOf(typed)} />
    </div>
  );
}

function StrengthMeter({ strength }: { strength: Strength | null }) {
  const text = useText();
  const id = useId();
  const { count, className } = bars[strength ?? "short"];
  return (
    <div className="flex items-center gap-3">
      <div aria-hidden className="grid flex-1 grid-cols-4 gap-1.5">
        {[1, 2, 3, 4].map((bar) => (
          <span
            key={bar}
            className={cx(
              "h-1.5 rounded-full transition-colors duration-200",
              bar <= count ? className : "bg-line",
            )}
          />
        ))}
      </div>
      <span id={id} className="sr-only">
        {text.password.strength}
      </span>
      <output aria-labelledby={id} className="min-w-28 text-end text-sm text-muted">
        {strength === null ? "" : text.password.strengths[strength]}
      </output>
    </div>
  );
}
