//! mentora-firestore
