import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

import { cx } from "./cx";

export interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
  side?: "top" | "bottom";
  container?: HTMLElement | null;
  onOpenChange?: (isOpen: boolean) => void;
  isOpenAtFirst?: boolean;
}

/** A list of actions or choices: arrow keys, type-ahead and Escape work. */
export function Menu(props: MenuProps) {
  const {
    trigger,
    children,
    side = "bottom",
    container,
    onOpenChange,
    isOpenAtFirst = false,
  } = props;
  return (
    <Base.Root defaultOpen={isOpenAtFirst} {...(onOpenChange ? { onOpenChange } : {})}>
      <Base.Trigger render={trigger} />
      <Base.Portal {...(container ? { container } : {})}>
        <Base.Positioner side={side} align="end" sideOffset={8} className="z-50 outline-none">
          {/* On a low screen it scrolls, so the keyboard must reach the list itself. */}
          <Base.Popup
            tabIndex={0}
            className={cx(
              "max-h-(--available-height) min-w-52 origin-(--transform-origin) overflow-y-auto rounded-2xl border border-line bg-float p-1.5 text-ink shadow-float outline-none",
              "transition-[opacity,scale] duration-150 data-ending-style:scale-96 data-ending-style:opacity-0 data-starting-style:scale-96 data-starting-style:opacity-0",
            )}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

const item = cx(
  "flex min-h-11 cursor-pointer items-center gap-3 rounded-xl px-3.5 outline-none select-none",
  "data-highlighted:bg-hover",
);

export interface MenuItemProps {
  icon?: ReactNode;
  onSelect?: () => void;
  /** A link to draw instead of an action. */
  render?: ReactElement<Record<string, unknown>>;
  isDangerous?: boolean;
  children: ReactNode;
}

export function MenuItem({ icon, onSelect, render, isDangerous = false, children }: MenuItemProps) {
  return (
    <Base.Item
      className={cx(item, isDangerous && "text-danger-text")}
      {...(onSelect ? { onClick: onSelect } : {})}
      {...(render ? { render } : {})}
    >
      {icon}
      {children}
    </Base.Item>
  );
}

export interface MenuChoiceProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  choices: readonly { value: Value; label: string; note?: string; icon?: ReactNode }[];
}

/** One choice out of several, with the present one ticked. */
export function MenuChoice<Value extends string>(props: MenuChoiceProps<Value>) {
  const { label, value, onChange, choices } = props;
  return (
    <Base.RadioGroup value={value} onValueChange={(next: Value) => onChange(next)}>
      <Base.Group>
        <Base.GroupLabel className="px-3.5 pt-2 pb-1 text-sm font-semibold text-muted">
          {label}
        </Base.GroupLabel>
        {choices.map((choice) => (
          <Base.RadioItem key={choice.value} value={choice.value} closeOnClick className={item}>
            {choice.icon}
            <span className="flex-1">{choice.label}</span>
            {choice.note !== undefined && <span className="text-sm text-muted">{choice.note}</span>}
            <Base.RadioItemIndicator keepMounted className="data-unchecked:invisible">
              <Check aria-hidden size={18} className="text-accent-text" />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.Group>
    </Base.RadioGroup>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="mx-2 my-1.5 h-px bg-line" />;
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <div className="px-3.5 pt-2 pb-2.5">{children}</div>;
}
