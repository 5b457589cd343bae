import type { Role } from "@streamverse/client";
import { Select } from "@streamverse/ui";
import { useId } from "react";

import { useText } from "../../app/i18n";

export const ROLES: readonly Role[] = [
  "viewer",
  "creator",
  "analyst",
  "support",
  "moderator",
  "editor",
  "admin",
  "owner",
];

/** The role that was chosen in a form with a `RoleSelect`. */
export function readRole(read: (name: string) => string): Role {
  return ROLES.find((role) => role === read("role")) ?? "viewer";
}

/** The same in one line, for forms. */
export function RoleSelect({ error }: { error: string | undefined }) {
  const { people } = useText();
  return (
    <Select label={people.role} name="role" defaultValue="viewer" error={error}>
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {people.roles[role]}: {people.roleHints[role]}
        </option>
      ))}
    </Select>
  );
}

/** Roles to choose from, each with what it is for. */
export function RoleList({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const text = useText();
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{text.people.role}</legend>
      <div className="grid gap-2">
        {ROLES.map((role) => (
          <label
            key={role}
            className="flex min-h-13 cursor-pointer items-center gap-3 rounded-control border border-line bg-canvas px-4 py-2 transition-colors hover:border-line-strong has-checked:border-accent has-checked:bg-accent-wash"
          >
            <input
              type="radio"
              name={name}
              checked={role === value}
              data-focus-first={role === value || undefined}
              onChange={() => onChange(role)}
              className="size-5 shrink-0 cursor-pointer accent-accent"
            />
            <span>
              <span className="font-semibold">{text.people.roles[role]}</span>{" "}
              <span className="text-muted">{text.people.roleHints[role]}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
