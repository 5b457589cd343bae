import {
  IconButton,
  Menu,
  MenuChoice,
  MenuHeading,
  MenuItem,
  MenuSeparator,
} from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { Cog, LogOut, Monitor, Moon, Sun, Upload, Users } from "lucide-react";

import { useLogOut, useMe } from "../features/identity/queries";
import { Avatar } from "./Avatar";
import { useText } from "./i18n";
import { setTheme, type Theme, useTheme } from "./theme";

/** Who one is, where one may go, how it looks, and the way out; it opens as soon as it is there. */
export function AccountMenu() {
  const text = useText();
  const me = useMe();
  const theme = useTheme();
  const logOut = useLogOut();
  return (
    <Menu
      isOpenAtFirst
      trigger={
        <IconButton label={text.nav.account(me.display_name)}>
          <Avatar name={me.display_name} />
        </IconButton>
      }
    >
      <MenuHeading>
        <div className="font-semibold">{me.display_name}</div>
        <div className="text-sm text-muted">{me.email}</div>
      </MenuHeading>
      <MenuSeparator />
      {me.role === "owner" && (
        <div className="lg:hidden">
          <MenuItem icon={<Upload aria-hidden size={18} />} render={<Link to="/upload" />}>
            {text.nav.upload}
          </MenuItem>
          <MenuItem icon={<Cog aria-hidden size={18} />} render={<Link to="/processing" />}>
            {text.nav.processing}
          </MenuItem>
          <MenuItem icon={<Users aria-hidden size={18} />} render={<Link to="/people" />}>
            {text.nav.people}
          </MenuItem>
          <MenuSeparator />
        </div>
      )}
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
