import {
  AppWindow,
  CircleHelp,
  Laptop,
  type LucideIcon,
  Smartphone,
  Tablet,
  Tv,
} from "lucide-react";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  desktop: Laptop,
  phone: Smartphone,
  tablet: Tablet,
  tv: Tv,
  program: AppWindow,
};

export function DeviceIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? CircleHelp;
  return <Icon aria-hidden size={22} />;
}
