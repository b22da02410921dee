import adapter from "@sveltejs/adapter-static";
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

/** @type {import("@sveltejs/kit").Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    // One page for every address: the Worker's assets binding answers unknown paths with it.
    adapter: adapter({ fallback: "index.html" }),
    alias: { $messages: "messages" },
    csp: {
      // The one inline script, which starts the app, is admitted by its hash.
      mode: "hash",
      directives: {
        "default-src": ["self"],
        "script-src": ["self"],
        // SvelteKit hides its route announcer with one style attribute: this is that attribute's hash.
        "style-src": ["self", "unsafe-hashes", "sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo="],
        "img-src": ["self", "data:"],
        "font-src": ["self"],
        "connect-src": ["self"],
        "media-src": ["self", "blob:"],
        "object-src": ["none"],
        "base-uri": ["self"],
        "form-action": ["self"],
      },
    },
  },
};
