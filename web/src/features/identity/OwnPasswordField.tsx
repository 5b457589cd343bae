import { PasswordField } from "@streamverse/ui";

import { useText } from "../../app/i18n";

/** The password that somebody has, to show who they are. */
export function OwnPasswordField({ error }: { error: string | undefined }) {
  const { password } = useText();
  return (
    <PasswordField
      label={password.label}
      showLabel={password.show}
      hideLabel={password.hide}
      name="password"
      autoComplete="current-password"
      required
      error={error}
    />
  );
}
