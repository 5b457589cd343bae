import type { AuditEntry } from "@streamverse/client";
import { expect, test } from "vitest";

import { en } from "../../app/i18n/en";
import { auditQueryOf, auditSentence, noFilters } from "./sentence";

const names = new Map([
  ["1", "Nora"],
  ["2", "Vera"],
]);

function entry(action: string, subject: string, facts: AuditEntry["facts"] = {}): AuditEntry {
  return {
    seq: 1,
    at: "2026-11-21T10:00:00Z",
    actor_id: "1",
    api_key_id: null,
    place: "127.0.0.1",
    action,
    subject,
    facts,
    hash: "ab",
  };
}

const roles = { role: "editor", role_before: "viewer", extra_permissions: [] };
const extras = { role: "viewer", role_before: "viewer", extra_permissions: ["audit.read"] };
const key = { name: "import", scopes: ["titles.edit", "media.upload"] };

test.each<[AuditEntry, string]>([
  [entry("identity.account_added", "account:2", { role: "viewer" }), "Nora added Vera as Viewer."],
  [
    entry("identity.account_removed", "account:9", { role: "viewer" }),
    "Nora removed an account that is gone, who was Viewer.",
  ],
  [
    entry("identity.account_removed", "account:9", { role: "viewer", is_own_wish: true }),
    "An account with the role Viewer was deleted, as its owner had wished.",
  ],
  [entry("identity.role_changed", "account:2", roles), "Nora made Vera Editor instead of Viewer."],
  [
    entry("identity.role_changed", "account:2", extras),
    "Nora changed what Vera may do beside the role: Read the audit log.",
  ],
  [
    entry("identity.api_key_made", "api_key:5", key),
    "Nora made the API key “import” for: Edit titles, Upload films.",
  ],
  [
    entry("identity.invitation_accepted", "invitation:5", { role: "viewer", account_id: "2" }),
    "Vera accepted an invitation as Viewer.",
  ],
  [entry("catalog.title_deleted", "title:5", { name: "Numbers" }), "Nora deleted “Numbers”."],
  [entry("live.channel_opened", "channel:5"), "Nora: live.channel_opened."],
  [
    { ...entry("identity.signing_key_rotated", "signing_key:5"), actor_id: null },
    "The server rotated the key that signs log-ins.",
  ],
])("%# an entry is a sentence: %s", (given, sentence) => {
  expect(auditSentence(given, names, en)).toBe(sentence);
});

test("no filter asks for everything, and a day is asked for from its start to its end", () => {
  expect(auditQueryOf(noFilters)).toEqual({});
  const asked = auditQueryOf({ ...noFilters, from: "2026-11-21", to: "2026-11-21" });
  expect(Date.parse(asked.until ?? "") - Date.parse(asked.since ?? "")).toBe(86_400_000);
});
