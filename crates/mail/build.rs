//! Compiles `prompts/mail/*.md` into the table that `src/template` includes, as plain text and as HTML, and stops the build
//! at the first mistake in them.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/language.rs"]
mod language;
#[path = "src/template"]
mod template {
    pub mod kind;
    pub mod markdown;
    pub mod parse;
    pub mod slot;
    pub mod source;
}

use template::kind::Kind;
use template::parse::Piece;
use template::source;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../prompts/mail");
    println!("cargo::rerun-if-changed={}", root.display());
    println!("cargo::rerun-if-changed=src/language.rs");
    println!("cargo::rerun-if-changed=src/template");
    known_only(&root)?;

    let mut out = String::from(
        "pub(super) const fn compiled(kind: Kind, language: Language) -> Template {\nmatch (kind, language) {\n",
    );
    for kind in Kind::ALL.iter().copied() {
        let name = format!("{}.md", kind.id());
        let text =
            fs::read_to_string(root.join(&name)).map_err(|error| format!("prompts/mail/{name}: {error}"))?;
        for source in source::read(kind, &text).map_err(|mistake| mistake.to_string())? {
            let (subject, push) = (table(&source.subject), table(&source.push));
            let (text, html) = (table(&source.body.text), table(&source.body.html));
            let language = source.language;
            writeln!(
                out,
                "(Kind::{kind:?}, Language::{language:?}) => Template {{ subject: {subject}, push: {push}, text: {text}, html: {html} }},"
            )?;
        }
    }
    out += "}\n}\n";
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("letters.rs"), out)?;
    Ok(())
}

/// A file that no kind names would be written for nothing.
fn known_only(root: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let known = Kind::ALL.iter().any(|kind| name.strip_suffix(".md") == Some(kind.id()));
        if !known && name.ends_with(".md") {
            return Err(format!("prompts/mail/{name} is no letter that src/template/kind.rs knows").into());
        }
    }
    Ok(())
}

/// Pieces as a Rust expression.
fn table(pieces: &[Piece]) -> String {
    let mut out = String::from("&[");
    for piece in pieces {
        // Writing to a String cannot fail.
        let _ = match piece {
            Piece::Text(text) => write!(out, "Piece::Text({text:?}), "),
            Piece::Slot(slot) => write!(out, "Piece::Slot(Slot::{slot:?}), "),
        };
    }
    out + "]"
}
