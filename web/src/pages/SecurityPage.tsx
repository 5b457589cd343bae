import { getRouteApi } from "@tanstack/react-router";

import { useText } from "../app/i18n";
import { PageHeading } from "../features/PageHeading";
import { ActivitySection } from "../features/security/ActivitySection";
import { EmailSection } from "../features/security/EmailSection";
import { PasskeysSection } from "../features/security/PasskeysSection";
import { PasswordSection } from "../features/security/PasswordSection";
import { ProvidersSection } from "../features/security/ProvidersSection";
import { SessionsSection } from "../features/security/SessionsSection";
import { TrustedSection } from "../features/security/TrustedSection";
import { TwoFactorSection } from "../features/security/TwoFactorSection";

const route = getRouteApi("/member/layout/account/security");

export function SecurityPage() {
  const text = useText();
  const { error } = route.useSearch();
  return (
    <div className="gutter mx-auto max-w-6xl">
      <PageHeading title={text.security.title} intro={text.security.intro} />
      <PasswordSection />
      <EmailSection />
      <TwoFactorSection />
      <PasskeysSection />
      <ProvidersSection error={error} />
      <SessionsSection />
      <TrustedSection />
      <ActivitySection />
    </div>
  );
}
