/**
 * Where a page that is loaded again resumes the stream. A place is kept only between exchanges, and is good only if the
 * stored turns reach as far: the documents may lag behind the stream. Otherwise all is replayed, which is slower and never wrong.
 */
interface Bookmark {
  cursor: number;
  turns: number;
}

const key = (conversationId: string) => `mentora.cursor.${conversationId}`;

export function rememberCursor(conversationId: string, cursor: number, turns: number): void {
  sessionStorage.setItem(key(conversationId), JSON.stringify({ cursor, turns } satisfies Bookmark));
}

export function rememberedCursor(conversationId: string, storedTurns: number): number {
  try {
    const bookmark = JSON.parse(sessionStorage.getItem(key(conversationId)) ?? "null") as Bookmark | null;
    return bookmark && bookmark.turns <= storedTurns ? bookmark.cursor : 0;
  } catch {
    return 0;
  }
}
