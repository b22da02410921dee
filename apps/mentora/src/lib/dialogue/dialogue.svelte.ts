/** One conversation on the page: the stream, the transcript it writes, the voice in and the voice out. */
import type { Assignment, ConnectionState, Conversation, ConversationStream, StreamFault } from "mentora-api";
import { Microphone, MICROPHONE_RATE, type MicrophoneFault, microphoneFault } from "../audio/microphone.ts";
import { Speaker, type SpeakerReport } from "../audio/speaker.ts";
import type { MessageKey } from "../language.svelte.ts";
import { client, person } from "../person.svelte.ts";
import { rememberedCursor, rememberCursor } from "./bookmark.ts";
import * as script from "./transcript.ts";

/** The contract ends an utterance at 60 s; a little earlier the page does so itself, and says so. */
export const UTTERANCE_MS = 58_000;
const PLAYBACK_REPORT_MS = 1_000;
/** After this long without a transcript, nothing of what was said was understood. */
const UNHEARD_MS = 20_000;
const METER_BARS = 28;
/** When to look for the written summary: it follows the end by some seconds. */
const SUMMARY_AFTER_MS = [5_000, 15_000, 40_000];

export type Talking =
  { phase: "quiet" } | { phase: "opening" } | { phase: "listening"; clientMessageId: string; since: number };

type Hint =
  "talk_cut" | "talk_lost" | "talk_unheard" | "hands_free_cut" | "hands_free_quiet" | "hands_free_lost";

export class Dialogue {
  readonly conversation: Conversation;
  readonly assignment: Assignment;
  readonly transcript = $state(script.emptyTranscript());
  connection = $state<ConnectionState>({ phase: "idle" });
  talking = $state<Talking>({ phase: "quiet" });
  levels = $state<number[]>(new Array(METER_BARS).fill(0));
  /** What the student wrote and has not sent; a refused message comes back here. */
  draft = $state("");
  notice = $state<MicrophoneFault | Extract<MessageKey, Hint> | null>(null);
  voice = $state<SpeakerReport>({ playing: false, played: null, audibleMs: 0 });
  muted = $state(globalThis.localStorage?.getItem("mentora.muted") === "true");
  /** The microphone stays on, and the tutor hears when the student has finished. */
  handsFree = $state(globalThis.localStorage?.getItem("mentora.handsFree") === "true");
  soundBlocked = $state(false);
  takenOver = $state(false);

  readonly #stream: ConversationStream;
  readonly #speaker: Speaker;
  #microphone: Microphone | null = null;
  #finishing: ReturnType<typeof setTimeout> | undefined;
  #summaries: ReturnType<typeof setTimeout>[] = [];
  #reported = { turnId: "", heardMs: 0 };

  constructor(conversation: Conversation, assignment: Assignment) {
    this.conversation = conversation;
    this.assignment = assignment;
    this.#take(conversation);
    this.#speaker = new Speaker(
      (report) => this.#played(report),
      (blocked) => (this.soundBlocked = blocked),
    );
    this.#speaker.mute(this.muted);
    this.#stream = client.conversations.stream(conversation.id, {
      audio: "binary",
      role: this.mine ? "speaker" : "listener",
      cursor: rememberedCursor(conversation.id, conversation.turns?.length ?? 0),
    });
    this.#follow();
  }

  /** Only the student of the conversation speaks; everybody else listens in. */
  get mine(): boolean {
    return this.conversation.userId === person()?.uid;
  }

  get ended(): boolean {
    return this.transcript.ended !== null;
  }

  get maySpeak(): boolean {
    return this.mine && !this.ended && !this.takenOver;
  }

  /** The tutor owes an answer: until it begins, nothing more can be said. */
  get mustWait(): boolean {
    return this.transcript.thinking || (script.underway(this.transcript) && !this.listensOn);
  }

  /** The microphone is on and stays on. */
  get listensOn(): boolean {
    return this.handsFree && this.talking.phase === "listening";
  }

  /** Whether the microphone may be turned on now. */
  get mayTalk(): boolean {
    return this.maySpeak && this.connected && (this.handsFree || !this.mustWait);
  }

  get connected(): boolean {
    return this.connection.phase === "open";
  }

  get tutorTalks(): boolean {
    return this.voice.playing || this.transcript.lines.some(({ status }) => status === "streaming");
  }

  connect(): void {
    if (!this.ended) this.#stream.connect();
  }

  nudge(): void {
    this.#stream.nudge();
  }

  /** Tries again after a close that was final, for example once the person has signed in anew. */
  reconnect(): void {
    this.#stream.connect();
  }

  takeBack(): void {
    this.takenOver = false;
    this.#stream.takeBack();
  }

  leave(): void {
    this.#summaries.forEach(clearTimeout);
    void this.#closeMicrophone();
    this.#stream.close();
    void this.#speaker.close();
  }

  unlockSound(): void {
    void this.#speaker.unlock();
  }

  mute(muted: boolean): void {
    this.muted = muted;
    this.#speaker.mute(muted);
    localStorage.setItem("mentora.muted", String(muted));
  }

  speakHandsFree(handsFree: boolean): void {
    if (this.talking.phase !== "quiet") void this.stopTalking();
    this.handsFree = handsFree;
    localStorage.setItem("mentora.handsFree", String(handsFree));
  }

  send(): void {
    const text = this.draft.trim();
    if (!text || !this.maySpeak || this.mustWait) return;
    // With the voice off the student has read the answer, not heard it: the server then counts as said what was shown.
    if (this.muted) this.#silence();
    else this.#breakIn();
    const clientMessageId = this.#stream.sendText(text);
    script.addText(this.transcript, clientMessageId, text);
    this.draft = "";
    this.notice = null;
  }

  interrupt(): void {
    this.#breakIn();
  }

  async startTalking(): Promise<void> {
    if (this.talking.phase !== "quiet" || !this.mayTalk) return;
    const { handsFree } = this;
    // Hands-free the student breaks in by speaking; that the microphone is on says nothing yet.
    if (!handsFree) this.#breakIn();
    this.notice = null;
    this.talking = { phase: "opening" };
    this.levels = new Array(METER_BARS).fill(0);
    try {
      const microphone = await Microphone.open({
        piece: (samples) => this.#stream.audioChunk(samples),
        level: (level) => (this.levels = [...this.levels.slice(1), level]),
      });
      this.#microphone = microphone;
      const clientMessageId = this.#stillOpening()
        ? this.#stream.audioStart(MICROPHONE_RATE, undefined, handsFree ? "automatic" : "manual")
        : null;
      if (clientMessageId === null) return await this.#closeMicrophone();
      this.talking = { phase: "listening", clientMessageId, since: Date.now() };
      // Hands-free the lines come with what was understood.
      if (handsFree) return;
      script.addUtterance(this.transcript, clientMessageId);
      this.#finishing = setTimeout(() => void this.stopTalking(), UTTERANCE_MS);
    } catch (error) {
      this.talking = { phase: "quiet" };
      this.notice = microphoneFault(error);
    }
  }

  async stopTalking(): Promise<void> {
    const spoken = this.talking;
    clearTimeout(this.#finishing);
    this.talking = { phase: "quiet" };
    await this.#closeMicrophone();
    if (spoken.phase !== "listening") return;
    this.#stream.audioEnd();
    if (!script.isSpeaking(this.transcript, spoken.clientMessageId)) return;
    script.endUtterance(this.transcript, spoken.clientMessageId);
    setTimeout(() => this.#giveUpHearing(spoken.clientMessageId, "talk_unheard"), UNHEARD_MS);
  }

  async end(): Promise<void> {
    await this.stopTalking();
    this.#breakIn();
    const closed = await client.conversations.end(this.conversation.id);
    const summary = closed.summary ?? this.transcript.ended?.summary ?? null;
    this.transcript.ended = { reason: closed.endReason ?? this.transcript.ended?.reason ?? null, summary };
    this.transcript.thinking = false;
  }

  dismissFault(): void {
    this.transcript.fault = null;
    this.notice = null;
  }

  #follow(): void {
    const stream = this.#stream;
    stream.on("state", (state) => {
      this.connection = state;
      // Nothing was left to replay, so no event has told how it ended.
      if (state.phase === "closed" && state.reason === "ended" && !this.ended) void this.#reload();
    });
    stream.on("connected", ({ role }) => (this.takenOver = this.mine && role === "listener" && !this.ended));
    stream.on("frame", (frame) => {
      script.apply(this.transcript, frame);
      if (script.settled(this.transcript)) rememberCursor(this.conversation.id, stream.cursor, this.#storedTurns());
    });
    stream.on("audio", (audio) => this.#speaker.play(audio));
    stream.on("ai_response_end", () => this.#speaker.complete());
    stream.on("interrupted", () => this.#speaker.flush());
    stream.on("conversation_ended", () => {
      void this.#closeMicrophone();
      this.#summaries = SUMMARY_AFTER_MS.map((after) => setTimeout(() => void this.#readSummary(), after));
    });
    stream.on("rejected", ({ clientMessageId, text }) => {
      script.withdraw(this.transcript, clientMessageId);
      this.draft = this.draft ? `${text}\n${this.draft}` : text;
    });
    stream.on("utterance_cut", ({ clientMessageId }) => {
      const handsFree = this.listensOn;
      void this.#closeMicrophone();
      if (handsFree) {
        this.notice = "hands_free_cut";
        return;
      }
      script.endUtterance(this.transcript, clientMessageId);
      this.notice = "talk_cut";
      setTimeout(() => this.#giveUpHearing(clientMessageId, "talk_lost"), UNHEARD_MS);
    });
    stream.on("acknowledged", () => {
      if (this.notice === "talk_cut") this.notice = null;
    });
    stream.on("error", (fault) => this.#endHearing(fault));
    stream.on("gap", () => void this.#reload());
  }

  #take({ turns, state, endReason, summary }: Conversation): void {
    for (const turn of turns ?? []) script.store(this.transcript, turn);
    this.transcript.state = state;
    if (state === "closed") this.transcript.ended = { reason: endReason ?? null, summary: summary ?? null };
  }

  /** What the stream can no longer tell, the stored conversation does. */
  async #reload(): Promise<void> {
    this.#take(await client.conversations.get(this.conversation.id));
  }

  /** The end came with quotations; what the text model writes takes their place. */
  async #readSummary(): Promise<void> {
    const { state, summary } = await client.conversations.get(this.conversation.id).catch(() => this.conversation);
    if (state === "closed" && summary && this.transcript.ended) this.transcript.ended.summary = summary;
  }

  /** Whoever begins to speak while the tutor speaks stops it, and says how much was heard. */
  #breakIn(): void {
    if (!this.tutorTalks) return;
    const playing = this.voice.playing && !this.muted;
    this.#stream.interrupt(playing ? this.voice.played?.heardMs : undefined);
    this.#silence();
  }

  #silence(): void {
    this.#speaker.flush();
    this.voice.playing = false;
  }

  #played(report: SpeakerReport): void {
    this.voice = report;
    const { played, playing } = report;
    if (!played || this.muted) return;
    const due =
      played.turnId !== this.#reported.turnId || played.heardMs - this.#reported.heardMs >= PLAYBACK_REPORT_MS;
    if (!due && playing) return;
    this.#reported = { ...played };
    if (this.mine) this.#stream.playback(played.turnId, played.heardMs);
  }

  #giveUpHearing(clientMessageId: string, why: "talk_lost" | "talk_unheard"): void {
    const line = this.transcript.lines.find((candidate) => candidate.clientMessageId === clientMessageId);
    if (!line || line.status === "stored") return;
    script.withdraw(this.transcript, clientMessageId);
    this.notice = why;
  }

  /** An error that nothing is tried again after ends an utterance that is under way: it will not become a turn. */
  #endHearing({ code, retryInMs, clientMessageId }: StreamFault): void {
    const { talking } = this;
    if (this.listensOn && talking.phase === "listening" && clientMessageId === talking.clientMessageId) {
      void this.#closeMicrophone();
      this.notice = code === "VALIDATION_ERROR" ? "hands_free_quiet" : "hands_free_lost";
      this.transcript.fault = null;
      return;
    }
    const line = this.transcript.lines.find(({ status }) => status === "speaking" || status === "transcribing");
    const id = line?.clientMessageId ?? line?.turnId;
    if (!id || retryInMs != null) return;
    if (!this.listensOn) void this.#closeMicrophone();
    script.withdraw(this.transcript, id);
    const why = { VALIDATION_ERROR: "talk_unheard", UPSTREAM_UNAVAILABLE: "talk_lost" } as const;
    if (!(code in why)) return;
    this.notice = why[code as keyof typeof why];
    this.transcript.fault = null;
  }

  #stillOpening(): boolean {
    return this.talking.phase === "opening";
  }

  async #closeMicrophone(): Promise<void> {
    const microphone = this.#microphone;
    this.#microphone = null;
    this.talking = { phase: "quiet" };
    await microphone?.close();
  }

  #storedTurns(): number {
    return this.transcript.lines.filter(({ status }) => status === "stored").length;
  }
}
