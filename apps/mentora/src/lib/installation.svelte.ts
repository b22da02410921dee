/** What this server is and can do, asked once per page load. */
import type { PublicConfig } from "mentora-api";
import { client } from "./person.svelte.ts";

let asked: Promise<PublicConfig> | null = null;

export function installation(): Promise<PublicConfig> {
  asked ??= client.config().catch((error: unknown) => {
    asked = null;
    throw error;
  });
  return asked;
}
