import { sveltekit } from "@sveltejs/kit/vite";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [sveltekit()],
  // `source`: the workspace's own packages are taken as TypeScript, nothing has to be built first.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  ssr: { resolve: { conditions: ["source", ...defaultServerConditions] } },
  worker: { format: "es" },
  build: {
    target: "es2022",
    // A `data:` font or worklet would be refused by our own content security policy.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { "/api": { target: process.env.MENTORA_URL ?? "http://127.0.0.1:8787", ws: true } },
  },
  test: { include: ["test/**/*.test.ts"] },
});
