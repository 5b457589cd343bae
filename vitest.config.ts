import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["web/*.test.ts", "web/src/**/*.test.{ts,tsx}", "packages/*/src/**/*.test.{ts,tsx}"],
    environment: "happy-dom",
    restoreMocks: true,
  },
});
