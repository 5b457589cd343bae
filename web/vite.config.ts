import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { precompress } from "./precompress";

const server = process.env["STREAMVERSE_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  build: {
    target: "es2022",
    // A page under a strict content policy loads everything from files, fonts included.
    assetsInlineLimit: 0,
    // Shaka Player alone is larger than the default limit; it is loaded with the watch page only.
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      "/api": { target: server },
      "/media": { target: server },
    },
  },
});
