import type { AuditEntry } from "@streamverse/client";

import type { Messages } from "../../app/i18n";

/** What an entry says, to people; `names` are those of the accounts that still exist. */
export function auditSentence(
  entry: AuditEntry,
  names: ReadonlyMap<string, string>,
  text: Messages,
): string {
  const { auditLog } = text;
  const who = actorOf(entry, names, text);
  const write = auditLog.sentences[entry.action];
  if (write === undefined) return auditLog.other(who, actionName(entry.action, text));
  const { facts } = entry;
  const [kind = "", id = ""] = entry.subject.split(":");
  const account = (accountId: string) => names.get(accountId) ?? auditLog.anAccount;
  const role = (name: unknown) =>
    (text.people.roles as Readonly<Record<string, string>>)[wordOf(name)] ?? wordOf(name);
  const permissions = (list: unknown) =>
    wordsOf(list)
      .map((permission) => text.permissions.names[permission] ?? permission)
      .join(", ");
  return write(who, {
    subject: kind === "account" ? account(id) : entry.subject,
    account: account(wordOf(facts["account_id"])),
    name: wordOf(facts["name"]),
    role: role(facts["role"]),
    roleBefore: role(facts["role_before"]),
    isOwnWish: facts["is_own_wish"] === true,
    extras: permissions(facts["extra_permissions"]),
    scopes: permissions(facts["scopes"]),
  });
}

/** Who did it. */
export function actorOf(
  entry: AuditEntry,
  names: ReadonlyMap<string, string>,
  text: Messages,
): string {
  if (entry.actor_id === null) return text.auditLog.system;
  return names.get(entry.actor_id) ?? text.auditLog.someone;
}

/** "identity.role_changed" → "Role changed"; one that we do not know, as it is written. */
export function actionName(action: string, text: Messages): string {
  return text.auditLog.actions[action] ?? action;
}

function wordOf(fact: unknown): string {
  return typeof fact === "string" ? fact : "";
}

function wordsOf(fact: unknown): string[] {
  return Array.isArray(fact) ? fact.map(wordOf) : [];
}

export interface AuditFilters {
  readonly action: string;
  readonly actorId: string;
  /** Days as the date field writes them: "2026-11-21". */
  readonly from: string;
  readonly to: string;
}

export const noFilters: AuditFilters = { action: "", actorId: "", from: "", to: "" };

/** What to ask the server for: whole days of the reader, the last one included. */
export function auditQueryOf({ action, actorId, from, to }: AuditFilters) {
  return {
    ...(action !== "" && { action }),
    ...(actorId !== "" && { actor_id: actorId }),
    ...(from !== "" && { since: startOf(from, 0) }),
    ...(to !== "" && { until: startOf(to, 1) }),
  };
}

function startOf(day: string, daysLater: number): string {
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + daysLater);
  return start.toISOString();
}
