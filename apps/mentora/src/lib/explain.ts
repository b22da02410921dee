/** An error in the reader's language: what happened and what to do next. */
import { MentoraError } from "mentora-api";
import { isMessage, t } from "./language.svelte.ts";

export function explain(error: unknown): string {
  if (error instanceof MentoraError) return explainCode(error.code, error.message);
  return error instanceof Error ? error.message : String(error);
}

/** Codes without words of their own speak with the server's. */
export function explainCode(code: string, message: string): string {
  const key = `error_${code}`;
  return isMessage(key) ? t(key) : t("error_other", { message });
}
