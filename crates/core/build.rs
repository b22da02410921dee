//! Compiles `prompts/*.md` into the tables that `src/prompts` includes, and stops the build at the first mistake in them.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

#[path = "src/prompts/parse.rs"]
mod parse;
#[path = "src/prompts/section.rs"]
mod section;
#[path = "src/prompts/slot.rs"]
mod slot;
#[path = "src/prompts/source.rs"]
mod source;

use source::{Kind, Piece, Source};

/// Hexadecimal digits of the version: enough to tell the prompts of a course's life apart.
const VERSION_DIGITS: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../prompts");
    println!("cargo:rerun-if-changed={}", root.display());
    println!("cargo:rerun-if-changed=src/prompts/parse.rs");
    println!("cargo:rerun-if-changed=src/prompts/section.rs");
    println!("cargo:rerun-if-changed=src/prompts/slot.rs");
    println!("cargo:rerun-if-changed=src/prompts/source.rs");

    let mut hasher = Sha256::new();
    let system = read(&root, "system.md", Kind::System, &mut hasher)?;
    let personas = read_folder(&root, "personas", Kind::Persona, &mut hasher)?;
    let moves = read_folder(&root, "moves", Kind::Move, &mut hasher)?;
    let styles = read_folder(&root, "styles", Kind::Style, &mut hasher)?;
    let closing = read(&root, "closing.md", Kind::Closing, &mut hasher)?;
    let summary = read(&root, "summary.md", Kind::Summary, &mut hasher)?;
    for (folder, files, ids) in [("moves", &moves, source::MOVES), ("styles", &styles, source::STYLES)] {
        for id in ids {
            if !files.iter().any(|file| file.field("id") == *id) {
                return Err(format!("prompts/{folder}/{id}.md is missing").into());
            }
        }
    }
    if !personas.iter().any(|file| file.field("id") == "socratic-default") {
        return Err("prompts/personas/socratic-default.md is missing".into());
    }
    let version: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();

    let mut out = format!("pub(super) const VERSION: &str = {:?};\n", &version[..VERSION_DIGITS]);
    writeln!(
        out,
        "pub(super) const SYSTEM: Frame<'static> = Frame {{ opening: {}, sections: &[",
        table(&system.pieces)
    )?;
    for part in &system.sections {
        let (section, heading, body) = (part.section, &part.heading, table(&part.pieces));
        writeln!(out, "Part {{ section: Section::{section:?}, heading: {heading:?}, body: {body} }},")?;
    }
    out += "] };\n";
    for (name, file) in [("CLOSING", &closing), ("SUMMARY", &summary)] {
        writeln!(out, "pub(super) const {name}: Template<'static> = {};", table(&file.pieces))?;
    }
    out += "pub(super) const PERSONAS: &[Persona] = &[\n";
    for file in &personas {
        let (id, name, description) = (file.field("id"), file.field("name"), file.field("description"));
        let (voice, style, template) = (file.field("voice"), file.field("style"), table(&file.pieces));
        writeln!(
            out,
            "Persona {{ id: {id:?}, name: {name:?}, description: {description:?}, voice: {voice:?}, style: {style:?}, template: {template} }},"
        )?;
    }
    for (name, files) in [("MOVES", &moves), ("STYLES", &styles)] {
        writeln!(out, "];\npub(super) const {name}: &[(&str, Template<'static>)] = &[")?;
        for file in files {
            writeln!(out, "({:?}, {}),", file.field("id"), table(&file.pieces))?;
        }
    }
    out += "];\n";
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("prompts.rs"), out)?;
    Ok(())
}

/// Reads the Markdown files of a folder by name, so that the order is the same on every machine.
fn read_folder(
    root: &Path,
    folder: &str,
    kind: Kind,
    hasher: &mut Sha256,
) -> Result<Vec<Source>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            names.push(name);
        }
    }
    names.sort();
    names.iter().map(|name| read(root, &format!("{folder}/{name}"), kind, hasher)).collect()
}

fn read(root: &Path, name: &str, kind: Kind, hasher: &mut Sha256) -> Result<Source, Box<dyn Error>> {
    let path = root.join(name);
    let text =
        fs::read_to_string(&path).map_err(|error| format!("prompts/{name}: {error}"))?.replace("\r\n", "\n");
    hasher.update(name.as_bytes());
    hasher.update([0]);
    hasher.update(text.as_bytes());
    hasher.update([0]);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    source::read(&format!("prompts/{name}"), &stem, &text, kind).map_err(|mistake| mistake.to_string().into())
}

/// A template as a Rust expression.
fn table(pieces: &[Piece]) -> String {
    let mut out = String::from("Template(&[");
    for piece in pieces {
        // Writing to a String cannot fail.
        let _ = match piece {
            Piece::Text(text) => write!(out, "Piece::Text({text:?}), "),
            Piece::Slot(slot) => write!(out, "Piece::Slot(Slot::{slot:?}), "),
        };
    }
    out + "])"
}
