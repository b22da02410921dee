/** The contract's codes, plus three that arise before any answer has come. */
export type MentoraErrorCode =
  | "UNAUTHORIZED"
  | "TOKEN_EXPIRED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "VALIDATION_ERROR"
  | "INSUFFICIENT_CREDITS"
  | "METHOD_NOT_ALLOWED"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "CONFLICT"
  | "IDEMPOTENCY_CONFLICT"
  | "ALREADY_EXISTS"
  | "CONVERSATION_CLOSED"
  | "TURN_IN_PROGRESS"
  | "PRECONDITION_FAILED"
  | "PAYLOAD_TOO_LARGE"
  | "RATE_LIMITED"
  | "UPSTREAM_UNAVAILABLE"
  | "UPSTREAM_QUOTA"
  | "INTERNAL_ERROR"
  | "NETWORK"
  | "TIMEOUT"
  | "BAD_RESPONSE";

interface ErrorFields {
  code: MentoraErrorCode | (string & {});
  /** HTTP status; 0 when no answer came. */
  status: number;
  message: string;
  details?: Record<string, unknown>;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

export class MentoraError extends Error {
  readonly code: ErrorFields["code"];
  readonly status: number;
  readonly details: Record<string, unknown>;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(fields: ErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.name = "MentoraError";
    this.code = fields.code;
    this.status = fields.status;
    this.details = fields.details ?? {};
    this.requestId = fields.requestId;
    this.retryAfterMs = fields.retryAfterMs;
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  static async fromResponse(response: Response): Promise<MentoraError> {
    const headerId = response.headers.get("x-request-id") ?? undefined;
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
    try {
      const { error } = (await response.json()) as { error: ErrorFields };
      return new MentoraError({
        code: error.code,
        status: response.status,
        message: error.message,
        details: error.details ?? {},
        requestId: error.requestId ?? headerId,
        retryAfterMs,
      });
    } catch (cause) {
      // A proxy between us and the Worker answers in its own words.
      return new MentoraError({
        code: "BAD_RESPONSE",
        status: response.status,
        message: `The server answered ${response.status} without an explanation.`,
        requestId: headerId,
        retryAfterMs,
        cause,
      });
    }
  }
}
