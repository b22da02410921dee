//! Where the emulator is knowingly answered otherwise: the case, and why.

/// The cases that the emulator answers in another way than production, and therefore than we.
pub const KNOWN: &[(&str, &str)] = &[];

/// Why a case differs, if it is known to.
pub fn reason(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
}
