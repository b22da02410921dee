"""Google's own Python client holds a dialogue with mentora-sim.

It speaks TLS only: SIM_URL is https://localhost:PORT, and SSL_CERT_FILE names the certificate that the sim wrote.
"""

import array
import asyncio
import json
import logging
import math
import os
import unittest
import urllib.request

from google import genai
from google.genai import errors, types

SIM_URL = os.environ["SIM_URL"]
MODEL = "gemini-3.8-live"
PATIENCE = 60

# unittest runs asyncio in debug mode, which tells of every slow step.
logging.getLogger("asyncio").setLevel(logging.ERROR)


def client() -> genai.Client:
    return genai.Client(api_key="test-key", http_options=types.HttpOptions(base_url=SIM_URL))


def config(**more) -> types.LiveConnectConfig:
    return types.LiveConnectConfig(
        response_modalities=["AUDIO"],
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        speech_config=types.SpeechConfig(
            voice_config=types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name="Kore")),
            language_code="en-US",
        ),
        **more,
    )


def speechlike(seconds: float) -> bytes:
    """As loud and as uneven as speech. 16 kHz, 16 bit."""

    def sample(n: int) -> int:
        t = n / 16_000
        return int(9_000 * max(0.0, math.sin(t * 25)) * math.sin(t * 1_100))

    return array.array("h", [sample(n) for n in range(int(16_000 * seconds))]).tobytes()


def mentoras(handle: str | None = None) -> types.LiveConnectConfig:
    """What Mentora asks for."""
    return config(
        system_instruction="You are a Socratic tutor.",
        max_output_tokens=1_024,
        realtime_input_config=types.RealtimeInputConfig(
            automatic_activity_detection=types.AutomaticActivityDetection(disabled=True),
            activity_handling=types.ActivityHandling.START_OF_ACTIVITY_INTERRUPTS,
            turn_coverage=types.TurnCoverage.TURN_INCLUDES_ONLY_ACTIVITY,
        ),
        session_resumption=types.SessionResumptionConfig(handle=handle),
        context_window_compression=types.ContextWindowCompressionConfig(
            trigger_tokens=25_600, sliding_window=types.SlidingWindow(target_tokens=12_800)
        ),
        safety_settings=[
            types.SafetySetting(
                category=types.HarmCategory.HARM_CATEGORY_HARASSMENT,
                threshold=types.HarmBlockThreshold.BLOCK_MEDIUM_AND_ABOVE,
            )
        ],
    )


def plan(*faults) -> None:
    """What goes wrong next, and only that."""
    urllib.request.urlopen(f"{SIM_URL}/sim/plan", data=json.dumps(faults).encode(), timeout=PATIENCE).close()


def live(setup: types.LiveConnectConfig):
    return client().aio.live.connect(model=MODEL, config=setup)


async def say(session, text: str) -> None:
    content = types.Content(role="user", parts=[types.Part(text=text)])
    await session.send_client_content(turns=content, turn_complete=True)


class Turn:
    """What one answer was made of."""

    def __init__(self):
        self.heard, self.said, self.audio, self.usage = "", "", b"", None
        self.interrupted, self.generated, self.handle = False, False, None

    @classmethod
    async def of(cls, session) -> "Turn":
        turn = cls()
        async for message in session.receive():
            content = message.server_content
            if content and content.input_transcription:
                turn.heard += content.input_transcription.text or ""
            if content and content.output_transcription:
                turn.said += content.output_transcription.text or ""
            turn.audio += message.data or b""
            turn.usage = message.usage_metadata or turn.usage
            turn.interrupted |= bool(content and content.interrupted)
            turn.generated |= bool(content and content.generation_complete)
            update = message.session_resumption_update
            turn.handle = update.new_handle if update and update.resumable else turn.handle
        return turn


class Dialogue(unittest.IsolatedAsyncioTestCase):
    async def test_three_turns_by_text(self):
        async with asyncio.timeout(PATIENCE), client().aio.live.connect(model=MODEL, config=config()) as session:
            prompt = 0
            for text in (
                "I think social media harms young people.",
                "Because they compare themselves with others all day long.",
                "A study of 2019 showed that anxiety rises with screen time.",
            ):
                content = types.Content(role="user", parts=[types.Part(text=text)])
                await session.send_client_content(turns=content, turn_complete=True)
                turn = await Turn.of(session)
                self.assertTrue(turn.said.endswith("?"), turn.said)
                self.assertGreater(len(turn.audio), 48_000)
                self.assertGreater(turn.usage.prompt_token_count, prompt)
                prompt = turn.usage.prompt_token_count

    async def test_a_turn_by_voice(self):
        setup = config(
            realtime_input_config=types.RealtimeInputConfig(
                automatic_activity_detection=types.AutomaticActivityDetection(silence_duration_ms=400)
            ),
            context_window_compression=types.ContextWindowCompressionConfig(
                trigger_tokens=25_600, sliding_window=types.SlidingWindow(target_tokens=12_800)
            ),
        )
        async with asyncio.timeout(PATIENCE), client().aio.live.connect(model=MODEL, config=setup) as session:
            pcm = speechlike(1.5) + bytes(32_000)
            for at in range(0, len(pcm), 3_200):
                await session.send_realtime_input(
                    audio=types.Blob(data=pcm[at : at + 3_200], mime_type="audio/pcm;rate=16000")
                )
            turn = await Turn.of(session)
            self.assertRegex(turn.heard, r"spoken, \d+\.\d s")
            self.assertGreater(len(turn.audio), 48_000)

    async def test_a_refused_setup_is_an_error_with_its_reason(self):
        with self.assertRaises(errors.APIError) as refused:
            async with asyncio.timeout(PATIENCE), client().aio.live.connect(model="gemini-2.0-flash-live-001"):
                pass
        self.assertEqual(refused.exception.code, 1008)
        self.assertIn("is not found for API version", str(refused.exception))

    async def test_turns_taken_by_hand_and_broken_into(self):
        async with asyncio.timeout(PATIENCE), live(mentoras()) as session:

            async def speak() -> None:
                audio = types.Blob(data=speechlike(1), mime_type="audio/pcm;rate=16000")
                await session.send_realtime_input(audio=audio)
                await session.send_realtime_input(activity_end=types.ActivityEnd())

            await session.send_realtime_input(activity_start=types.ActivityStart())
            await speak()
            async for message in session.receive():
                if message.data:
                    break
            await session.send_realtime_input(activity_start=types.ActivityStart())
            broken = await Turn.of(session)
            self.assertEqual((broken.interrupted, broken.generated), (True, False))
            await speak()
            turn = await Turn.of(session)
            self.assertRegex(turn.heard, r"spoken, \d+\.\d s")
            self.assertTrue(turn.said.endswith("?"), turn.said)

    async def test_the_end_is_announced_and_the_session_resumed(self):
        marker = "Marker: farewell to Python."
        plan({"when": {"text": marker, "after": "turnComplete"}, "do": {"goAway": {"timeLeft": "0.5s"}}})
        handle = time_left = None
        async with asyncio.timeout(PATIENCE), live(mentoras()) as session:
            await say(session, f"Homework helps nobody. {marker}")
            first = await Turn.of(session)
            with self.assertRaises(errors.APIError) as closed:
                while True:
                    async for message in session.receive():
                        if message.go_away:
                            time_left = message.go_away.time_left
                        update = message.session_resumption_update
                        handle = update.new_handle if update and update.resumable else handle
        self.assertEqual((time_left, closed.exception.code), ("0.5s", 1011))
        self.assertIn("Deadline expired", str(closed.exception))
        async with asyncio.timeout(PATIENCE), live(mentoras(handle or first.handle)) as session:
            await say(session, "And reading?")
            turn = await Turn.of(session)
            self.assertGreater(turn.usage.prompt_token_count, first.usage.prompt_token_count)

    async def test_a_close_is_an_error_with_its_reason(self):
        for code, reason in (
            (1007, "API key expired. Please renew the API key."),
            (1008, "Operation is not implemented, or supported, or enabled."),
            (1011, "You exceeded your current quota, please check your plan and billing details."),
        ):
            plan({"when": {"text": f"Marker: {code}.", "after": "turn"}, "do": {"close": {"code": code, "reason": reason}}})
            with self.subTest(code), self.assertRaises(errors.APIError) as closed:
                async with asyncio.timeout(PATIENCE), live(mentoras()) as session:
                    await say(session, f"Marker: {code}.")
                    await Turn.of(session)
            self.assertEqual(closed.exception.code, code)
            self.assertIn(reason, str(closed.exception))

    async def test_a_handle_that_nobody_knows_is_refused(self):
        with self.assertRaises(errors.APIError) as refused:
            async with asyncio.timeout(PATIENCE), live(mentoras("00000000-0000-0000-0000-000000000000")):
                pass
        self.assertEqual(refused.exception.code, 1008)

    async def test_generate_content(self):
        async with asyncio.timeout(PATIENCE):
            answer = await client().aio.models.generate_content(
                model="gemini-3.5-flash-lite", contents="Homework should be abolished."
            )
        self.assertIn("homework", answer.text.lower())


if __name__ == "__main__":
    unittest.main(verbosity=2)
