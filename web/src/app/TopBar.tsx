import { cx, IconButton } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";

import { useMe } from "../features/identity/queries";
import { useCurrentProfile } from "../features/profiles/queries";
import { SearchBox } from "../features/search/SearchBox";
import { useMay } from "../features/staff/queries";
import { Avatar } from "./Avatar";
import { useText } from "./i18n";
import { Logo } from "./Logo";
import { type MainPage, useMainPages } from "./main-pages";

const UploadIndicator = lazy(async () => ({
  default: (await import("../features/upload/UploadIndicator")).UploadIndicator,
}));

export function TopBar() {
  const text = useText();
  const pages = useMainPages();
  const mayUpload = useMay("media.upload") === true;
  const isScrolled = useIsScrolled();
  return (
    <header
      className={cx(
        "sticky top-0 z-30 transition-colors duration-300",
        isScrolled
          ? "border-b border-line bg-canvas/90 backdrop-blur-lg"
          : "border-b border-transparent bg-canvas",
      )}
    >
      <div className="gutter flex h-16 items-center gap-2 sm:gap-4">
        <Link
          to="/"
          aria-label={`${text.appName}: ${text.nav.home}`}
          className="flex min-h-11 min-w-11 shrink-0 items-center rounded-lg"
        >
          <Logo isShortOnPhones />
        </Link>
        {pages.length > 0 && (
          <nav aria-label={text.nav.main} className="ms-4 hidden items-center gap-1 lg:flex">
            {pages.map(({ to, label }) => (
              <NavLink key={to} to={to}>
                {label}
              </NavLink>
            ))}
          </nav>
        )}
        <div className="flex flex-1 items-center justify-end gap-1 sm:gap-2">
          <SearchBox />
          {mayUpload && (
            <Suspense>
              <UploadIndicator />
            </Suspense>
          )}
          <AccountButton />
        </div>
      </div>
    </header>
  );
}

function NavLink({ to, children }: { to: MainPage["to"]; children: string }) {
  return (
    <Link
      to={to}
      className="inline-flex min-h-11 items-center rounded-full px-4 font-semibold text-muted transition-colors hover:bg-hover hover:text-ink"
      activeProps={{ className: "bg-raised text-ink!" }}
    >
      {children}
    </Link>
  );
}

const importAccountMenu = () => import("./AccountMenu");
const AccountMenu = lazy(async () => ({ default: (await importAccountMenu()).AccountMenu }));

/** A plain button until it is wanted: the menu's code is fetched when one reaches for it. */
function AccountButton() {
  const text = useText();
  const me = useMe();
  const profile = useCurrentProfile();
  const [isWanted, setIsWanted] = useState(false);
  const reach = () => void importAccountMenu();
  const button = (
    <IconButton
      label={text.nav.account(me.display_name)}
      aria-haspopup="menu"
      onPointerEnter={reach}
      onFocus={reach}
      onClick={() => setIsWanted(true)}
    >
      <Avatar name={me.display_name} picture={profile?.avatar_url} />
    </IconButton>
  );
  return isWanted ? (
    <Suspense fallback={button}>
      <AccountMenu />
    </Suspense>
  ) : (
    button
  );
}

function useIsScrolled(): boolean {
  const [isScrolled, setIsScrolled] = useState(false);
  useEffect(() => {
    const read = () => setIsScrolled(window.scrollY > 8);
    read();
    window.addEventListener("scroll", read, { passive: true });
    return () => window.removeEventListener("scroll", read);
  }, []);
  return isScrolled;
}
