import { useText } from "../../app/i18n";

export interface PermissionListProps {
  label: string;
  permissions: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  error?: string | undefined;
}

/** Permissions to tick. */
export function PermissionList(props: PermissionListProps) {
  const { label, permissions, chosen, onChange, error } = props;
  const { names } = useText().permissions;
  const toggle = (permission: string, isOn: boolean) =>
    onChange(permissions.filter((each) => (each === permission ? isOn : chosen.includes(each))));
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-2 text-sm font-semibold">{label}</legend>
      <div className="grid gap-x-6 sm:grid-cols-2">
        {permissions.map((permission) => (
          <label key={permission} className="flex min-h-11 cursor-pointer items-center gap-3">
            <input
              type="checkbox"
              checked={chosen.includes(permission)}
              onChange={(event) => toggle(permission, event.currentTarget.checked)}
              className="size-5 shrink-0 cursor-pointer accent-accent"
            />
            {names[permission] ?? permission}
          </label>
        ))}
      </div>
      {error !== undefined && (
        <p role="alert" className="text-sm font-medium text-danger-text">
          {error}
        </p>
      )}
    </fieldset>
  );
}
