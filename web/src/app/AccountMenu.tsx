import {
  IconButton,
  Menu,
  MenuChoice,
  MenuHeading,
  MenuItem,
  MenuSeparator,
} from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import {
  BadgeCheck,
  Bookmark,
  CalendarDays,
  Clapperboard,
  Cog,
  Compass,
  Database,
  DoorOpen,
  Flag,
  FolderOpen,
  HardDrive,
  History,
  KeyRound,
  Layers,
  LogOut,
  Mail,
  Monitor,
  MonitorPlay,
  Radio,
  Moon,
  ScanSearch,
  ScrollText,
  Search,
  ShieldCheck,
  SlidersHorizontal,
  Sun,
  Tags,
  Trash2,
  Tv,
  Upload,
  UserPen,
  Users,
  UsersRound,
  Webhook,
  type LucideIcon,
} from "lucide-react";

import { useIsOwner, useLogOut, useMe } from "../features/identity/queries";
import { useCurrentProfile, useProfiles } from "../features/profiles/queries";
import { useMay } from "../features/staff/queries";
import { Avatar } from "./Avatar";
import { useText } from "./i18n";
import { type MainPage, useMainPages } from "./main-pages";
import { setTheme, type Theme, useTheme } from "./theme";

const ICONS: Readonly<Record<MainPage["to"], LucideIcon>> = {
  "/upload": Upload,
  "/processing": Cog,
  "/people": Users,
  "/browse": Compass,
  "/collections": Layers,
  "/live": Radio,
};

/** Who one is, where one may go, how it looks, and the way out; it opens as soon as it is there. */
export function AccountMenu() {
  const text = useText();
  const me = useMe();
  const profile = useCurrentProfile();
  const hasFamily = (useProfiles().data?.items.length ?? 0) > 1;
  const theme = useTheme();
  const logOut = useLogOut();
  const pages = useMainPages();
  return (
    <Menu
      isOpenAtFirst
      trigger={
        <IconButton label={text.nav.account(me.display_name)}>
          <Avatar name={me.display_name} picture={profile?.avatar_url} />
        </IconButton>
      }
    >
      <MenuHeading>
        <div className="font-semibold">{profile?.name ?? me.display_name}</div>
        <div className="text-sm text-muted">{me.email}</div>
      </MenuHeading>
      <MenuSeparator />
      {hasFamily && (
        <MenuItem icon={<UsersRound aria-hidden size={18} />} render={<Link to="/profiles" />}>
          {text.profiles.switch}
        </MenuItem>
      )}
      <MenuItem icon={<UserPen aria-hidden size={18} />} render={<Link to="/profiles/manage" />}>
        {text.profiles.manage}
      </MenuItem>
      <MenuItem icon={<Bookmark aria-hidden size={18} />} render={<Link to="/my-list" />}>
        {text.library.list.title}
      </MenuItem>
      <MenuItem icon={<CalendarDays aria-hidden size={18} />} render={<Link to="/calendar" />}>
        {text.library.calendar.title}
      </MenuItem>
      <MenuItem icon={<History aria-hidden size={18} />} render={<Link to="/history" />}>
        {text.library.history.title}
      </MenuItem>
      <MenuItem
        icon={<SlidersHorizontal aria-hidden size={18} />}
        render={<Link to="/account/preferences" />}
      >
        {text.preferences.menu}
      </MenuItem>
      <MenuItem
        icon={<ShieldCheck aria-hidden size={18} />}
        render={<Link to="/account/security" />}
      >
        {text.nav.security}
      </MenuItem>
      <MenuItem icon={<BadgeCheck aria-hidden size={18} />} render={<Link to="/account/plan" />}>
        {text.plans.own.title}
      </MenuItem>
      <MenuItem icon={<Database aria-hidden size={18} />} render={<Link to="/account/privacy" />}>
        {text.nav.privacy}
      </MenuItem>
      <MenuItem icon={<Tv aria-hidden size={18} />} render={<Link to="/link" />}>
        {text.nav.linkScreen}
      </MenuItem>
      <MenuSeparator />
      {pages.length > 0 && (
        <div className="lg:hidden">
          {pages.map(({ to, label }) => {
            const Icon = ICONS[to];
            return (
              <MenuItem key={to} icon={<Icon aria-hidden size={18} />} render={<Link to={to} />}>
                {label}
              </MenuItem>
            );
          })}
          <MenuSeparator />
        </div>
      )}
      <StaffItems />
      <MenuChoice<Theme>
        label={text.nav.theme}
        value={theme}
        onChange={setTheme}
        choices={[
          {
            value: "system",
            label: text.nav.themes.system,
            icon: <Monitor aria-hidden size={18} />,
          },
          { value: "dark", label: text.nav.themes.dark, icon: <Moon aria-hidden size={18} /> },
          { value: "light", label: text.nav.themes.light, icon: <Sun aria-hidden size={18} /> },
        ]}
      />
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden size={18} />} onSelect={() => logOut.mutate()}>
        {text.nav.logOut}
      </MenuItem>
    </Menu>
  );
}

/** The pages of those who run the service, as far as their role goes. */
function StaffItems() {
  const text = useText();
  const isOwner = useIsOwner();
  const mayMakeKeys = useMay("api_keys.manage") === true;
  const mayAudit = useMay("audit.read") === true;
  const mayEdit = useMay("titles.edit") === true;
  const maySeeReports = useMay("reports.read") === true;
  const mayModerate = useMay("moderation.manage") === true;
  const mayTell = useMay("webhooks.manage") === true;
  const mayPlan = useMay("plans.manage") === true;
  const staff = [mayMakeKeys, mayAudit, mayEdit, maySeeReports, mayModerate, mayTell, mayPlan];
  if (!isOwner && !staff.includes(true)) return null;
  return (
    <>
      {mayEdit && (
        <MenuItem
          icon={<Clapperboard aria-hidden size={18} />}
          render={<Link to="/admin/titles" />}
        >
          {text.editor.titlesTitle}
        </MenuItem>
      )}
      {mayEdit && (
        <MenuItem icon={<Layers aria-hidden size={18} />} render={<Link to="/admin/collections" />}>
          {text.editor.collectionsTitle}
        </MenuItem>
      )}
      {mayEdit && (
        <MenuItem icon={<Tags aria-hidden size={18} />} render={<Link to="/admin/genres" />}>
          {text.editor.genresTitle}
        </MenuItem>
      )}
      {mayEdit && (
        <MenuItem icon={<FolderOpen aria-hidden size={18} />} render={<Link to="/admin/folders" />}>
          {text.folders.title}
        </MenuItem>
      )}
      {mayEdit && (
        <MenuItem icon={<ScanSearch aria-hidden size={18} />} render={<Link to="/admin/matches" />}>
          {text.matching.title}
        </MenuItem>
      )}
      {mayEdit && (
        <MenuItem icon={<Trash2 aria-hidden size={18} />} render={<Link to="/admin/bin" />}>
          {text.bin.title}
        </MenuItem>
      )}
      {mayPlan && (
        <MenuItem icon={<BadgeCheck aria-hidden size={18} />} render={<Link to="/admin/plans" />}>
          {text.plans.title}
        </MenuItem>
      )}
      {isOwner && (
        <MenuItem icon={<Mail aria-hidden size={18} />} render={<Link to="/admin/mails" />}>
          {text.mails.title}
        </MenuItem>
      )}
      {mayMakeKeys && (
        <MenuItem icon={<KeyRound aria-hidden size={18} />} render={<Link to="/admin/api-keys" />}>
          {text.apiKeys.title}
        </MenuItem>
      )}
      {mayTell && (
        <MenuItem icon={<Webhook aria-hidden size={18} />} render={<Link to="/admin/webhooks" />}>
          {text.webhooks.title}
        </MenuItem>
      )}
      {maySeeReports && (
        <MenuItem icon={<HardDrive aria-hidden size={18} />} render={<Link to="/admin/storage" />}>
          {text.storage.title}
        </MenuItem>
      )}
      {maySeeReports && (
        <MenuItem
          icon={<MonitorPlay aria-hidden size={18} />}
          render={<Link to="/admin/sessions" />}
        >
          {text.sessions.title}
        </MenuItem>
      )}
      {maySeeReports && (
        <MenuItem icon={<Search aria-hidden size={18} />} render={<Link to="/admin/searches" />}>
          {text.searches.title}
        </MenuItem>
      )}
      {mayModerate && (
        <MenuItem icon={<Flag aria-hidden size={18} />} render={<Link to="/admin/reviews" />}>
          {text.moderation.title}
        </MenuItem>
      )}
      {mayAudit && (
        <MenuItem
          icon={<ScrollText aria-hidden size={18} />}
          render={<Link to="/admin/audit-log" />}
        >
          {text.auditLog.title}
        </MenuItem>
      )}
      {mayAudit && (
        <MenuItem icon={<DoorOpen aria-hidden size={18} />} render={<Link to="/admin/activity" />}>
          {text.staffActivity.title}
        </MenuItem>
      )}
      <MenuSeparator />
    </>
  );
}
