//! mentora-gemini
