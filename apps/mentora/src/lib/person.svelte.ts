/** Who is signed in, and the token that proves it. */
import { MentoraClient } from "mentora-api";

export interface Person {
  uid: string;
  name: string;
  email: string;
  admin: boolean;
  idToken: string;
}

const STORED_AS = "mentora.person";
let current = $state<Person | null>(stored());

export const client = new MentoraClient({ baseUrl: globalThis.location?.origin ?? "http://localhost", token });

export function person(): Person | null {
  return current;
}

export async function signInLocally({ uid, name, email, admin }: Omit<Person, "idToken">): Promise<void> {
  const { idToken } = await client.devSignIn({ uid, name, email, admin });
  keep({ uid, name, email, admin, idToken });
}

export function signOut(): void {
  keep(null);
}

/** A token of local sign-in is renewed by signing in once more as the same person. */
async function token({ refresh }: { refresh: boolean }): Promise<string | null> {
  if (current && (refresh || expiresAt(current.idToken) < Date.now() + 30_000)) {
    try {
      await signInLocally(current);
    } catch {
      // Where local sign-in does not exist the old token goes out, and the server says what is wrong with it.
    }
  }
  return current?.idToken ?? null;
}

function keep(next: Person | null): void {
  current = next;
  if (next) localStorage.setItem(STORED_AS, JSON.stringify(next));
  else localStorage.removeItem(STORED_AS);
}

function stored(): Person | null {
  try {
    const person = JSON.parse(globalThis.localStorage?.getItem(STORED_AS) ?? "null") as Person | null;
    return person?.uid && person.idToken ? person : null;
  } catch {
    return null;
  }
}

function expiresAt(idToken: string): number {
  try {
    const claims = idToken.split(".")[1] ?? "";
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: number };
    return exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
