//! `personas/{personaId}`, and the built-in personas, which stand in no document but in the same list.

use mentora_core::documents::Persona;
use mentora_core::documents::collections::PERSONAS;
use mentora_core::documents::{Style, Voice};
use mentora_core::ids::{CourseId, PersonaId};
use mentora_core::prompts;
use mentora_core::time::Millis;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Kind, Operator, Precondition, Query, Transport, Write,
};
use serde::Serialize;

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, Version, assignments, document};
use crate::platform::documents::DocumentTransport;

/// The personas.
#[derive(Debug)]
pub struct Personas<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What changes of a persona; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonaChange {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is special about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it sounds like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// How it is told to behave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt_template: Option<String>,
}

/// A persona of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Listed {
    /// One of ours.
    BuiltIn(&'static prompts::Persona),
    /// One that staff made.
    Own(PersonaId, Stored<Persona>),
}

/// What became of the wish to remove a persona.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Done,
    /// So many assignments name it; a hundred are as many as are counted.
    InUse(usize),
}

pub(super) fn path(id: &PersonaId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(PERSONAS)?.doc(id.as_str())?)
}

impl<T: Transport> Personas<'_, T> {
    /// Makes a persona.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn create(&self, id: &PersonaId, persona: Persona) -> Result<Stored<Persona>, RepositoryError> {
        document::create(self.0, path(id)?, persona).await
    }

    /// A persona that staff made.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &PersonaId) -> Result<Option<Stored<Persona>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// Changes a persona and tells how it stands then. Two changes at once of different fields both hold.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such persona, [`RepositoryError::Stale`] when it has another version
    /// than `seen`.
    pub async fn update(
        &self,
        id: &PersonaId,
        change: &PersonaChange,
        seen: Option<Version>,
        now: Millis,
    ) -> Result<Stored<Persona>, RepositoryError> {
        document::update(self.0, &path(id)?, change, seen, now).await
    }

    /// Removes a persona of a course, unless assignments name it.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such persona, [`RepositoryError::Stale`] when it has another version
    /// than `seen`, [`RepositoryError::Conflict`] when an assignment gets it at this moment.
    pub async fn delete(
        &self,
        id: &PersonaId,
        course: &CourseId,
        seen: Option<Version>,
    ) -> Result<Removal, RepositoryError> {
        let transaction = self.0.begin_transaction().await?;
        let named = assignments::count_with(self.0, &transaction, course, id).await?;
        if named > 0 {
            self.0.rollback(&transaction).await?;
            return Ok(Removal::InUse(named));
        }
        let delete = Write::delete(path(id)?).only_if(Precondition::Exists(true));
        match self.0.commit_in(&transaction, &[document::guarded(delete, seen)]).await {
            Ok(_) => Ok(Removal::Done),
            // If it is gone, that is what was wanted.
            Err(error) if error.kind == Kind::UnknownOutcome && self.get(id).await?.is_none() => {
                Ok(Removal::Done)
            }
            Err(error) => Err(document::refusal(error, seen)),
        }
    }

    /// The built-in personas, and behind them those of a course, if one is given, the latest made first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        course: Option<&CourseId>,
        page: &Page,
    ) -> Result<(Vec<Listed>, Option<Cursor>), RepositoryError> {
        let limit = page.limit.clamp(1, page::MAX_LIMIT);
        let begin = page.cursor.as_ref().map_or(Some(0), place_among_built_in);
        let built_in = prompts::personas().iter().enumerate().skip(begin.unwrap_or(usize::MAX));
        let mut taken: Vec<_> = built_in.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        let last = taken.last().map(|(index, persona)| behind_built_in(*index, persona.id)).transpose()?;
        let mut items: Vec<_> = taken.drain(..).map(|(_, persona)| Listed::BuiltIn(persona)).collect();

        let room = limit.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        let cursor = page.cursor.clone().filter(|_| begin.is_none());
        let (own, mut next) = match course {
            // Without room for any, whether there is one tells whether there is a next page.
            Some(course) => {
                let listing = PersonasOf { course: course.clone() };
                page::list(self.0, &listing, &Page { limit: room.max(1), cursor }).await?
            }
            None => (Vec::new(), None),
        };
        if room > 0 {
            items.extend(own.into_iter().map(|(id, persona)| Listed::Own(id, persona)));
        } else {
            let more_built_in = begin.is_some_and(|begin| begin + items.len() < prompts::personas().len());
            next = last.filter(|_| more_built_in || !own.is_empty());
        }
        Ok((items, next))
    }
}

/// A built-in persona stands where one would that was made at this time: in front of all that were.
fn behind_built_in(index: usize, id: &str) -> Result<Cursor, RepositoryError> {
    let place = i64::MAX.saturating_sub(i64::try_from(index).unwrap_or(i64::MAX));
    Ok(Cursor::behind(vec![place], CollectionPath::parse(PERSONAS)?.doc(id)?))
}

/// How many built-in personas are in front of a place; `None` when all are, and more.
fn place_among_built_in(cursor: &Cursor) -> Option<usize> {
    let [at] = cursor.at() else { return None };
    let index = usize::try_from(i64::MAX.saturating_sub(*at)).ok()?;
    (index < prompts::personas().len()).then(|| index.saturating_add(1))
}

/// The personas of a course.
pub(super) struct PersonasOf {
    course: CourseId,
}

impl Listing for PersonasOf {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let personas = Query::collection(&CollectionPath::parse(PERSONAS)?);
        Ok(personas.whose("courseId", Operator::Equal, self.course.as_str()))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics") }]
    }
}
