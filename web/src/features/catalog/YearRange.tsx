import { Field } from "@streamverse/ui";
import { useState } from "react";

import { useText } from "../../app/i18n";

const FIRST = 1870;
const LAST = 2200;

export interface YearRangeProps {
  from: number | undefined;
  to: number | undefined;
  onChange: (change: { from?: number | undefined; to?: number | undefined }) => void;
}

/** From one year to another; each counts once it is whole. */
export function YearRange({ from, to, onChange }: YearRangeProps) {
  const { browse } = useText();
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-2 text-sm font-semibold">{browse.years}</legend>
      <div className="flex gap-3">
        <Year
          label={browse.from}
          value={from}
          most={to ?? LAST}
          onChange={(year) => onChange({ from: year })}
        />
        <Year
          label={browse.to}
          value={to}
          least={from ?? FIRST}
          onChange={(year) => onChange({ to: year })}
        />
      </div>
    </fieldset>
  );
}

function Year({
  label,
  value,
  least = FIRST,
  most = LAST,
  onChange,
}: {
  label: string;
  value: number | undefined;
  least?: number;
  most?: number;
  onChange: (year: number | undefined) => void;
}) {
  const { browse } = useText();
  const [isWrong, setIsWrong] = useState(false);
  const settle = (typed: string) => {
    const year = typed.trim() === "" ? undefined : Number(typed);
    const isRight = year === undefined || (Number.isInteger(year) && year >= least && year <= most);
    setIsWrong(!isRight);
    if (isRight && year !== value) onChange(year);
  };
  return (
    <Field
      label={label}
      inputMode="numeric"
      maxLength={4}
      defaultValue={value ?? ""}
      error={isWrong ? browse.yearWrong(least, most) : undefined}
      onBlur={(event) => settle(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && settle(event.currentTarget.value)}
      className="max-w-28"
    />
  );
}
