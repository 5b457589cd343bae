import type { Account } from "@streamverse/client";
import { Button, Field, Select } from "@streamverse/ui";
import { FilterX } from "lucide-react";

import { useText } from "../../app/i18n";
import { type AuditFilters, noFilters } from "./sentence";

export interface AuditFilterFormProps {
  filters: AuditFilters;
  accounts: readonly Account[];
  onChange: (filters: AuditFilters) => void;
}

/** What to look for: each choice counts at once. */
export function AuditFilterForm({ filters, accounts, onChange }: AuditFilterFormProps) {
  const { auditLog } = useText();
  const isFiltered = Object.values(filters).some((value) => value !== "");
  return (
    <form
      role="search"
      aria-label={auditLog.filters}
      onSubmit={(event) => event.preventDefault()}
      className="mb-6 grid gap-4 sm:grid-cols-2 lg:grid-cols-4"
    >
      <Select
        label={auditLog.action}
        value={filters.action}
        onChange={(event) => onChange({ ...filters, action: event.currentTarget.value })}
      >
        <option value="">{auditLog.everything}</option>
        {Object.entries(auditLog.actions).map(([action, name]) => (
          <option key={action} value={action}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        label={auditLog.who}
        value={filters.actorId}
        onChange={(event) => onChange({ ...filters, actorId: event.currentTarget.value })}
      >
        <option value="">{auditLog.everyone}</option>
        {accounts.map(({ id, display_name }) => (
          <option key={id} value={id}>
            {display_name}
          </option>
        ))}
      </Select>
      <Field
        label={auditLog.from}
        type="date"
        value={filters.from}
        onChange={(event) => onChange({ ...filters, from: event.currentTarget.value })}
      />
      <Field
        label={auditLog.to}
        type="date"
        value={filters.to}
        onChange={(event) => onChange({ ...filters, to: event.currentTarget.value })}
      />
      {isFiltered && (
        <Button
          variant="quiet"
          size="sm"
          icon={<FilterX aria-hidden size={16} />}
          className="justify-self-start"
          onClick={() => onChange(noFilters)}
        >
          {auditLog.clear}
        </Button>
      )}
    </form>
  );
}
