import type { MentoraClient } from "./client.ts";
import type { Profile, ProfileChange } from "./types.ts";

/** The caller's own profile. */
export class Users {
  readonly #client: MentoraClient;

  constructor(client: MentoraClient) {
    this.#client = client;
  }

  me(): Promise<Profile> {
    return this.#client.request("GET", "/api/users/me");
  }

  /** What is not named stays as it is. */
  update(change: ProfileChange): Promise<Profile> {
    return this.#client.request("PATCH", "/api/users/me", { body: change });
  }
}
