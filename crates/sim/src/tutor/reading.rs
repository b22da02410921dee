//! What a message says, as far as it can be told from its words.

/// For or against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stance {
    /// Speaks well of its subject.
    For,
    /// Speaks ill of it.
    Against,
    /// Neither, or both.
    #[default]
    Open,
}

/// A message that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The student's key terms, most telling first.
    pub terms: Vec<String>,
    /// The claim, turned to the second person, ready to follow "You say"; short ones only.
    pub claim: Option<String>,
    /// The reason given, ready to follow "because".
    pub reason: Option<String>,
    /// Something else that may explain what the student explains.
    pub rival: Option<&'static str>,
    /// For or against.
    pub stance: Stance,
    /// A reason, a number, an example or a source is given.
    pub gives_evidence: bool,
    /// Says little.
    pub vague: bool,
    /// Leaves no exception.
    pub absolute: bool,
    /// The student wants to end.
    pub closing: bool,
}
