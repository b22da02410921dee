"""Google's own Python client holds a dialogue with mentora-sim.

It speaks TLS only: SIM_URL is https://localhost:PORT, and SSL_CERT_FILE names the certificate that the sim wrote.
"""

import array
import asyncio
import logging
import math
import os
import unittest

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


class Turn:
    """What one answer was made of."""

    def __init__(self):
        self.heard, self.said, self.audio, self.usage = "", "", b"", None

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

    async def test_generate_content(self):
        async with asyncio.timeout(PATIENCE):
            answer = await client().aio.models.generate_content(
                model="gemini-3.5-flash-lite", contents="Homework should be abolished."
            )
        self.assertIn("homework", answer.text.lower())


if __name__ == "__main__":
    unittest.main(verbosity=2)
