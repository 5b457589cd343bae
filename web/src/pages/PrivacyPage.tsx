import { useText } from "../app/i18n";
import { PageHeading } from "../features/PageHeading";
import { ConsentsSection } from "../features/security/ConsentsSection";
import { CopySection } from "../features/security/CopySection";
import { DeleteSection, PauseSection } from "../features/security/EndSections";

export function PrivacyPage() {
  const text = useText();
  return (
    <div className="gutter mx-auto max-w-6xl">
      <PageHeading title={text.privacy.title} intro={text.privacy.intro} />
      <CopySection />
      <ConsentsSection />
      <PauseSection />
      <DeleteSection />
    </div>
  );
}
