/** What is said to those who run the service: people, roles, keys, the audit log and mails. */
export const permissions = {
  names: {
    "accounts.read": "See accounts",
    "accounts.manage": "Invite, add and remove people",
    "roles.manage": "Give roles and permissions",
    "api_keys.manage": "Manage API keys",
    "signing_keys.manage": "Manage signing keys",
    "audit.read": "Read the audit log",
    "mail.read": "See mails",
    "titles.edit": "Edit titles",
    "titles.publish": "Publish titles",
    "media.upload": "Upload films",
    "jobs.manage": "Manage processing",
    "reports.read": "Read reports",
    "moderation.manage": "Moderate",
    "plans.manage": "Manage plans",
    "storage.manage": "Manage storage",
    "webhooks.manage": "Manage webhooks",
  } as Readonly<Record<string, string>>,
  neededTitle: "Your role does not include this",
  neededBody: "Ask whoever runs this server if you need it.",
};

export const people = {
  title: "People",
  intro: "Who may log in to this server, and what they may do.",
  list: "Accounts",
  find: "Find people by name or email",
  found: (count: number) =>
    count === 1 ? "One person found" : `${count.toLocaleString()} people found`,
  nobodyFound: "Nobody is called like this.",
  add: "Add a person",
  addIntro: "Tell them the email and password yourself: no message is sent.",
  name: "Name",
  email: "Email",
  password: "Password",
  role: "Role",
  roles: {
    owner: "Owner",
    admin: "Admin",
    editor: "Editor",
    moderator: "Moderator",
    support: "Support",
    analyst: "Analyst",
    creator: "Creator",
    viewer: "Viewer",
  },
  roleHints: {
    owner: "may upload and manage everything",
    admin: "may do everything but give roles",
    editor: "may upload, edit and publish",
    moderator: "may see accounts and moderate",
    support: "may see accounts and the audit log",
    analyst: "may read reports",
    creator: "may upload",
    viewer: "may watch published titles",
  },
  you: "You",
  since: (date: string) => `Since ${date}`,
  extra: (count: number) => (count === 1 ? "+1 permission" : `+${count} permissions`),
  remove: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeBody: "They are logged out at once and cannot log in any more.",
  removeConfirm: "Remove",
  added: (name: string) => `${name} can log in now.`,
  removed: (name: string) => `${name} is removed.`,
  change: (name: string) => `Change what ${name} may do`,
  changeIntro: "They are logged out everywhere and log in again with their new role.",
  extras: "Beside the role",
  allIncluded: "The role includes everything already.",
  changed: (name: string) => `The role of ${name} is changed.`,
  reset: {
    title: "Lost their second factor",
    body: (when: string) =>
      `Asked for a reset ${when}. Make sure that it is really them before you do it.`,
    action: "Reset two-factor",
    done: (name: string) => `${name} can log in with the password alone now.`,
  },
  invitations: {
    title: "Invitations",
    invite: "Invite by mail",
    intro: "They get a mail with a link, and choose their own password.",
    language: "Language of the mail",
    languages: { en: "English", de: "Deutsch", ar: "العربية" },
    send: "Send the invitation",
    sent: (email: string) => `${email} is invited.`,
    none: "Nobody is invited at the moment.",
    by: (name: string, date: string) => `Invited by ${name} · until ${date}`,
    again: (email: string) => `Send the invitation to ${email} again`,
    withdraw: (email: string) => `Withdraw the invitation to ${email}`,
    withdrawn: (email: string) => `The invitation to ${email} is withdrawn.`,
    kept: "No mail server is set up: open the mail and pass its link on yourself.",
    toMails: "Open the mails",
  },
};

export const apiKeys = {
  title: "API keys",
  intro: "For programs that use this server: each may do only what you choose, for a while.",
  make: "Make a key",
  makeIntro: "A key can never do more than you may do yourself.",
  emptyTitle: "There are no API keys",
  emptyBody: "Make one for a script, a backup or another program of yours.",
  name: "Name",
  nameHint: "What it is for: nightly import.",
  scopes: "It may",
  expiry: "Expires",
  expiries: { 7: "In a week", 30: "In 30 days", 90: "In 90 days", 365: "In a year" } as Readonly<
    Record<number, string>
  >,
  limits: "Limits",
  perMinute: "Requests per minute",
  perDay: "Requests per day",
  madeTitle: "Copy the key now",
  madeBody: "It is shown this once: nobody can show it again, not even we.",
  key: "API key",
  copy: "Copy",
  copied: "Copied.",
  copyYourself: "The browser does not let us copy: the text is selected, press Ctrl + C.",
  done: "I have kept it",
  made: (date: string) => `Made ${date}`,
  until: (date: string) => `until ${date}`,
  expired: "Expired",
  used: (when: string) => `used ${when}`,
  neverUsed: "never used",
  rate: (minute: number, day: number) =>
    `${minute.toLocaleString("en")} a minute, ${day.toLocaleString("en")} a day`,
  revoke: (name: string) => `Revoke ${name}`,
  revokeTitle: (name: string) => `Revoke “${name}”?`,
  revokeBody: "Programs that use it are refused from this moment on.",
  revokeConfirm: "Revoke it",
  revoked: (name: string) => `“${name}” is revoked.`,
};

export const staffActivity = {
  title: "Log-in activity",
  intro: "What happened around everybody’s log-ins, and what was refused.",
  kind: "What",
  everything: "Everything",
  who: "Who",
  everyone: "Everyone",
  nobody: "Nobody we know",
  someone: "Somebody",
  emptyTitle: "Nothing happened",
  emptyBody: "At least nothing that fits the filters.",
};

export const auditLog = {
  title: "Audit log",
  intro: "What those who run this server did. Nothing in it can be changed or removed unseen.",
  filters: "Filters",
  action: "What",
  everything: "Everything",
  who: "Who",
  everyone: "Everyone",
  from: "From",
  to: "To",
  clear: "Clear the filters",
  emptyTitle: "Nothing was done",
  emptyBody: "At least nothing that fits the filters.",
  chain:
    "Each entry carries the fingerprint of the one before it. Somebody who can write to the database could make the whole chain anew, so keep the last line of this command elsewhere:",
  checking: "Checking the chain",
  isWhole: (count: number) =>
    count === 0
      ? "Chain intact: no entries yet"
      : `Chain intact up to entry ${count.toLocaleString("en")}`,
  isBroken: "The chain is broken",
  brokenBody: (problem: string) =>
    `Somebody has changed the log behind the program’s back: ${problem}. Compare it with a backup.`,
  details: "Details",
  entry: "Entry",
  place: "From",
  fingerprint: "Fingerprint",
  subject: "Subject",
  apiKey: "By an API key",
  someone: "Somebody",
  system: "The server",
  actions: {
    "identity.account_added": "Account added",
    "identity.account_removed": "Account removed",
    "identity.role_changed": "Role changed",
    "identity.invitation_sent": "Invitation sent",
    "identity.invitation_withdrawn": "Invitation withdrawn",
    "identity.invitation_accepted": "Invitation accepted",
    "identity.api_key_made": "API key made",
    "identity.api_key_revoked": "API key revoked",
    "identity.signing_key_rotated": "Signing key rotated",
    "identity.second_factor_reset": "Second factor reset",
    "billing.plan_added": "Plan made",
    "billing.plan_changed": "Plan changed",
    "billing.plan_given": "Plan given",
    "catalog.title_published": "Title published",
    "catalog.title_unpublished": "Title unpublished",
    "catalog.title_deleted": "Title deleted",
    "catalog.titles_imported": "Titles imported",
    "social.review_removed": "Review taken down",
    "social.review_kept": "Reported review kept",
  } as Readonly<Record<string, string>>,
  anAccount: "an account that is gone",
  sentences: {
    "identity.account_added": (who, { subject, role }) => `${who} added ${subject} as ${role}.`,
    "identity.account_removed": (who, { subject, role, isOwnWish }) =>
      isOwnWish
        ? `An account with the role ${role} was deleted, as its owner had wished.`
        : `${who} removed ${subject}, who was ${role}.`,
    "identity.role_changed": (who, { subject, role, roleBefore, extras }) =>
      role === roleBefore
        ? `${who} changed what ${subject} may do beside the role: ${extras || "nothing"}.`
        : `${who} made ${subject} ${role} instead of ${roleBefore}.`,
    "identity.invitation_sent": (who, { role }) => `${who} invited somebody as ${role}.`,
    "identity.invitation_withdrawn": (who) => `${who} withdrew an invitation.`,
    "identity.invitation_accepted": (_who, { account, role }) =>
      `${account} accepted an invitation as ${role}.`,
    "identity.api_key_made": (who, { name, scopes }) =>
      `${who} made the API key “${name}” for: ${scopes}.`,
    "identity.api_key_revoked": (who, { name }) => `${who} revoked the API key “${name}”.`,
    "identity.signing_key_rotated": (who) => `${who} rotated the key that signs log-ins.`,
    "identity.second_factor_reset": (who, { subject }) =>
      `${who} took the second factor of ${subject} off.`,
    "billing.plan_added": (who, { name }) => `${who} made the plan “${name}”.`,
    "billing.plan_changed": (who, { name }) => `${who} changed the plan “${name}”.`,
    "billing.plan_given": (who, { subject, name }) =>
      name === ""
        ? `${who} took the plan of ${subject} back.`
        : `${who} gave ${subject} the plan “${name}”.`,
    "catalog.title_published": (who, { name }) => `${who} published “${name}”.`,
    "catalog.title_unpublished": (who, { name }) => `${who} took “${name}” back from viewers.`,
    "catalog.title_deleted": (who, { name }) => `${who} deleted “${name}”.`,
    "catalog.titles_imported": (who) => `${who} imported titles from a file.`,
    "social.review_removed": (who) => `${who} took a review down.`,
    "social.review_kept": (who) => `${who} looked at a review and kept it.`,
  } as Readonly<Record<string, (who: string, facts: AuditWords) => string>>,
  other: (who: string, action: string) => `${who}: ${action}.`,
};

/** What a sentence about an entry can name, in words. */
export interface AuditWords {
  subject: string;
  account: string;
  name: string;
  role: string;
  roleBefore: string;
  /** Somebody did it to themselves. */
  isOwnWish: boolean;
  extras: string;
  scopes: string;
}

export const mails = {
  title: "Mails",
  intro: "What this server wrote to people.",
  emptyTitle: "No mail yet",
  emptyBody:
    "Mails about invitations, passwords and new devices appear here. Without a mail server they are kept, and you pass their links on yourself.",
  keptNotice:
    "No mail server is set up: mails are kept here for 30 days instead of being sent. That is enough for a household.",
  howTo: "Set up mail",
  howToBody:
    "To have mails sent, start the server with these settings, then send kept mails again:",
  howToDocs:
    "docs/operate/mail.md says more: protection, ports, spam, and what to do when a mail does not arrive.",
  list: "All mails",
  states: {
    queued: "Waiting",
    waiting: "Waiting",
    sent: "Sent",
    failed: "Failed",
    kept: "Kept",
  } as Readonly<Record<string, string>>,
  to: (email: string) => `To ${email}`,
  forgotten: "What it said is forgotten",
  nobody: "unknown",
  back: "All mails",
  choose: "Choose a mail to read it here.",
  unreadable:
    "Mails for a mail server are for their readers alone: nobody can read them here, not even you.",
  attempts: (count: number) => (count === 1 ? "1 try" : `${count} tries`),
  copyLink: "Copy its link",
  linkCopied: "The link is copied. It is as good as a password: give it only to whom it is for.",
  link: "Link of the mail",
  sendAgain: "Send again",
  sentAgain: "It is on its way.",
};
