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

/// Whom a name stands for in a course.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// One of ours.
    BuiltIn,
    /// One of the course.
    Own(Box<Persona>),
    /// Nobody, or one of another course.
    Nobody,
}

impl Found {
    /// The one of the course.
    #[must_use]
    pub fn own(self) -> Option<Persona> {
        if let Self::Own(persona) = self { Some(*persona) } else { None }
    }
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

    /// Whom an assignment of a course names by `name`.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn named(&self, course: &CourseId, name: &str) -> Result<Found, RepositoryError> {
        if prompts::is_built_in(name) {
            return Ok(Found::BuiltIn);
        }
        let Ok(id) = PersonaId::new(name) else { return Ok(Found::Nobody) };
        let found = self.get(&id).await?.map(Stored::into_document);
        let own = found.filter(|persona| persona.course_id.as_ref() == Some(course));
        Ok(own.map_or(Found::Nobody, |persona| Found::Own(Box::new(persona))))
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
    /// Which.
    pub course: CourseId,
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

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;

    use super::*;
    use crate::repositories::Assignments;
    use crate::repositories::native_store::{
        assignment, assignment_id, course_id, documents, persona, persona_id,
    };

    #[test]
    fn a_list_holds_the_built_in_personas_and_those_of_one_course_in_pages_of_any_size() {
        let (documents, _) = documents();
        let personas = Personas(&documents);
        block_on(async {
            for (id, course, at) in [("kant", "ethics", 1), ("mill", "ethics", 2), ("frege", "logic", 3)] {
                personas.create(&persona_id(id), persona(course, id, at)).await.unwrap();
            }
            let all = async |course: Option<&str>, limit| {
                let (mut all, mut page) = (Vec::new(), Page { limit, cursor: None });
                let course = course.map(course_id);
                loop {
                    let (items, next) = personas.list(course.as_ref(), &page).await.unwrap();
                    assert!(!items.is_empty() && items.len() <= limit as usize, "no page is empty: {limit}");
                    all.extend(items.into_iter().map(|item| match item {
                        Listed::BuiltIn(persona) => persona.id.to_owned(),
                        Listed::Own(id, _) => id.to_string(),
                    }));
                    let Some(next) = next else { return all };
                    page.cursor = Some(Cursor::decode(&next.encode()).unwrap());
                }
            };
            let built_in = ["analytical", "critical", "gentle", "playful", "socratic-default"];
            for limit in 1..=9 {
                assert_eq!(all(None, limit).await, built_in, "{limit}");
                assert_eq!(all(Some("none"), limit).await, built_in, "{limit}");
                assert_eq!(
                    all(Some("ethics"), limit).await,
                    [&built_in[..], &["mill", "kant"]].concat(),
                    "{limit}"
                );
            }
        });
    }

    #[test]
    fn a_name_stands_for_a_built_in_persona_or_one_of_the_course() {
        let (documents, _) = documents();
        let personas = Personas(&documents);
        block_on(async {
            let kant = persona("ethics", "Kant", 1);
            personas.create(&persona_id("kant"), kant.clone()).await.unwrap();
            let named = async |course, name| personas.named(&course_id(course), name).await.unwrap();
            assert_eq!(named("ethics", "gentle").await, Found::BuiltIn);
            assert_eq!(named("ethics", "kant").await, Found::Own(Box::new(kant)));
            for (course, name) in [("logic", "kant"), ("ethics", "mill"), ("ethics", ""), ("ethics", "../x")]
            {
                assert_eq!(named(course, name).await, Found::Nobody, "{course} {name}");
            }
        });
    }

    #[test]
    fn a_persona_stays_while_assignments_of_its_course_name_it() {
        let (documents, _) = documents();
        let (personas, assignments) = (Personas(&documents), Assignments(&documents));
        let (kant, ethics) = (persona_id("kant"), course_id("ethics"));
        block_on(async {
            personas.create(&kant, persona("ethics", "Kant", 1)).await.unwrap();
            for id in ["lying", "trust"] {
                let mut with_it = assignment("ethics", id, 1);
                with_it.ai_config.persona = "kant".into();
                assignments.create(&assignment_id(id), with_it).await.unwrap();
            }
            assert_eq!(personas.delete(&kant, &ethics, None).await, Ok(Removal::InUse(2)));
            for id in ["lying", "trust"] {
                assignments.delete(&assignment_id(id), None).await.unwrap();
            }
            assert_eq!(personas.delete(&kant, &ethics, None).await, Ok(Removal::Done));
            assert_eq!(personas.delete(&kant, &ethics, None).await, Err(RepositoryError::NotFound));
        });
    }

    #[test]
    fn no_assignment_gets_a_persona_that_is_removed_at_the_same_moment() {
        for head_start in 0..4 {
            let (documents, _) = documents();
            let (personas, assignments) = (Personas(&documents), Assignments(&documents));
            let (kant, ethics, lying) = (persona_id("kant"), course_id("ethics"), assignment_id("lying"));
            block_on(async {
                personas.create(&kant, persona("ethics", "Kant", 1)).await.unwrap();
                let plain = assignments.create(&lying, assignment("ethics", "On lying", 1)).await.unwrap();
                let mut with_it = plain.document.clone();
                with_it.ai_config.persona = "kant".into();
                let late = async {
                    // So many calls of the removal go first.
                    for _ in 0..head_start {
                        personas.get(&kant).await.unwrap();
                    }
                    assignments.change(&lying, &plain, &with_it, Millis(2)).await
                };
                let (removed, given) = join!(personas.delete(&kant, &ethics, None), late);
                let stays = personas.get(&kant).await.unwrap().is_some();
                assert_eq!(given.is_ok(), stays, "{head_start}: {removed:?}, {given:?}");
                assert_eq!(removed == Ok(Removal::Done), !stays, "{head_start}: {removed:?}, {given:?}");
            });
        }
    }

    #[test]
    fn a_persona_changes_in_what_is_named() {
        let (documents, _) = documents();
        let personas = Personas(&documents);
        let (kant, made) = (persona_id("kant"), persona("ethics", "Kant", 1));
        block_on(async {
            personas.create(&kant, made.clone()).await.unwrap();
            let change = PersonaChange { voice: Some(Voice::Aoede), ..PersonaChange::default() };
            let changed = personas.update(&kant, &change, None, Millis(5)).await.unwrap();
            assert_eq!(changed.document, Persona { voice: Voice::Aoede, updated_at: Millis(5), ..made });
        });
    }
}
