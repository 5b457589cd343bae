/** What is said of plans: to those who make them, and to those who have one. */
export const plans = {
  title: "Plans",
  intro: "What accounts may: how many watch at once, on how many devices, how sharp, and where.",
  none: "There is no plan yet",
  noneBody: "Without plans, everybody has the limits of the settings.",
  add: "New plan",
  edit: (name: string) => `Edit ${name}`,
  moveUp: (name: string) => `Move ${name} up`,
  moveDown: (name: string) => `Move ${name} down`,
  moved: (name: string, place: number, of: number) => `${name} is number ${place} of ${of} now.`,
  newTitle: "New plan",
  editTitle: "Edit the plan",
  editIntro: "Whoever has it has it as it is from the next press of play.",
  name: "Name",
  description: "Description",
  streams: "Streams at once",
  devices: "Devices",
  noLimit: "0 is no limit.",
  devicesHint: "On how many they watch within 30 days; 0 is no limit.",
  height: "Tallest picture",
  heights: {
    none: "Every picture",
    480: "480p",
    720: "720p: HD",
    1080: "1080p: Full HD",
    1440: "1440p",
    2160: "2160p: 4K",
  },
  regions: "Countries",
  regionsHint: "Two letters each, separated by commas: DE, AT. Empty is everywhere.",
  isDefault: "Everybody has it who was given no other",
  isArchived: "Archived: given to nobody any more",
  saved: (name: string) => `${name} is saved.`,
  default: "Default",
  archived: "Archived",
  accounts: (count: number) => (count === 1 ? "given to 1 account" : `given to ${count} accounts`),
  allowed: {
    streams: (count: number) => {
      if (count === 0) return "as many streams as you like";
      return count === 1 ? "1 stream at a time" : `${count} streams at once`;
    },
    devices: (count: number) => {
      if (count === 0) return "any number of devices";
      return count === 1 ? "1 device" : `${count} devices`;
    },
    height: (lines: number | null) => (lines === null ? "every picture" : `up to ${lines}p`),
    regions: (names: readonly string[]) =>
      names.length === 0 ? "everywhere" : `in ${names.join(", ")}`,
  },
  locked: "Not in your plan",
  ofTitle: "Plans",
  ofTitleIntro: "Without a choice it is part of all plans. Others see it with a lock.",
  ofTitleNone: "There are no plans to choose from.",
  person: {
    change: (name: string) => `Choose the plan of ${name}`,
    intro: "It holds from the next press of play.",
    plan: "Plan",
    byDefault: (name: string | null) =>
      name === null ? "None: the limits of the settings" : `The default one: ${name}`,
    without: "The default one",
    endsAt: "Until",
    endsAtHint: "Empty is until you change it.",
    saved: (name: string) => `The plan of ${name} is changed.`,
  },
  own: {
    title: "Your plan",
    intro: "What you may, and what of it is in use.",
    without: "No plan of its own: the limits of this service",
    allows: "What it allows",
    until: (moment: string) => `You have it until ${moment}.`,
    streams: "Watching now",
    streamsBody: (used: number, limit: number) =>
      limit === 0 ? `${used} at the moment.` : `${used} of ${limit} at the moment.`,
    nobody: "Nobody watches with your account.",
    devices: "Devices",
    devicesBody: (used: number, limit: number) =>
      limit === 0
        ? `${used} were watched on within 30 days.`
        : `${used} of ${limit} were watched on within 30 days. Remove one to make room.`,
    noDevices: "Nothing was watched on any device yet.",
    remove: "Remove",
    removeOf: (name: string) => `Remove ${name}`,
    removeTitle: (name: string) => `Remove ${name}?`,
    removeBody: "It is logged out, and whoever uses it has to log in again.",
    removed: (name: string) => `${name} is removed.`,
    ended: "It is ended.",
  },
};
