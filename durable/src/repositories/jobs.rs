//! `jobs/{name}`: how what is done by the clock went last. Two runs of a job may end at once: each writes over what it has
//! read alone, and reads again when it was not the first.

use mentora_core::documents::collections::JOBS;
use mentora_core::documents::{Job, JobName};
use mentora_core::jobs::Run;
use mentora_firestore::{
    Client, CollectionPath, DocumentPath, Kind, Precondition, Transport, Write, to_fields,
};

use super::{RepositoryError, Stored, document};
use crate::platform::documents::DocumentTransport;

/// Tries while other runs end, too.
const ATTEMPTS: u32 = 4;

/// The jobs.
#[derive(Debug)]
pub struct Jobs<'a, T = DocumentTransport>(pub &'a Client<T>);

fn path(name: JobName) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(JOBS)?.doc(name.as_str())?)
}

impl<T: Transport> Jobs<'_, T> {
    /// A job, once it was run.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, name: JobName) -> Result<Option<Stored<Job>>, RepositoryError> {
        document::read(self.0, &path(name)?).await
    }

    /// All jobs, and how they went; those that never ran, too.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn all(&self) -> Result<Vec<(JobName, Option<Job>)>, RepositoryError> {
        let paths = JobName::ALL.map(path).into_iter().collect::<Result<Vec<_>, _>>()?;
        let found = self.0.batch_get(&paths).await?;
        let read = |found: Option<mentora_firestore::Document>| found.map(|found| found.decode()).transpose();
        JobName::ALL.into_iter().zip(found).map(|(name, found)| Ok((name, read(found)?))).collect()
    }

    /// Notes how a run went, where that is worth a note ([`Run::noted`]).
    ///
    /// # Errors
    /// [`RepositoryError`]: the table stays behind, and the next run is noted.
    pub async fn note(&self, run: &Run) -> Result<(), RepositoryError> {
        let path = path(run.name)?;
        for _ in 0..ATTEMPTS {
            let found: Option<Stored<Job>> = document::read(self.0, &path).await?;
            let Some(job) = run.noted(found.as_deref()) else { return Ok(()) };
            let known = match &found {
                Some(found) => found.version.precondition(),
                None => Precondition::Exists(false),
            };
            match self.0.commit(&[Write::set(path.clone(), to_fields(&job)?).only_if(known)]).await {
                Ok(_) => return Ok(()),
                Err(error) => match error.kind {
                    Kind::AlreadyExists
                    | Kind::NotFound
                    | Kind::FailedPrecondition
                    | Kind::Aborted
                    | Kind::UnknownOutcome => {}
                    _ => return Err(error.into()),
                },
            }
        }
        Err(RepositoryError::Conflict)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::join_all;
    use mentora_core::documents::JobOutcome;
    use mentora_core::jobs::Done;
    use mentora_core::time::Millis;

    use super::*;
    use crate::repositories::native_store::documents;

    fn run(began: i64, outcome: Result<usize, &str>) -> Run {
        Run {
            name: JobName::News,
            schedule: "*/2 * * * *",
            began: Millis(began),
            ended: Millis(began + 5),
            outcome: outcome.map(Done::all).map_err(str::to_owned),
        }
    }

    #[test]
    fn the_table_lists_what_never_ran_too() {
        let (documents, _) = documents();
        block_on(async {
            Jobs(&documents).note(&run(1, Ok(3))).await.unwrap();
            let all = Jobs(&documents).all().await.unwrap();
            assert_eq!(all.iter().map(|(name, _)| *name).collect::<Vec<_>>(), JobName::ALL);
            let ran: Vec<_> = all.into_iter().filter_map(|(name, job)| Some((name, job?.count))).collect();
            assert_eq!(ran, [(JobName::News, 3)]);
        });
    }

    #[test]
    fn of_runs_that_end_at_once_the_one_that_began_last_is_told() {
        let (documents, _) = documents();
        block_on(async {
            let runs: Vec<_> =
                [3, 1, 4, 2].into_iter().map(|at| run(at, Ok(usize::try_from(at).unwrap()))).collect();
            let jobs = Jobs(&documents);
            for noted in join_all(runs.iter().map(|run| jobs.note(run))).await {
                noted.unwrap();
            }
            assert_eq!(jobs.get(JobName::News).await.unwrap().unwrap().last_run_at, Millis(4));
        });
    }

    #[test]
    fn a_lost_reply_is_no_failure() {
        let (documents, store) = documents();
        block_on(async {
            let jobs = Jobs(&documents);
            store.lose_next_commit_reply();
            jobs.note(&run(1, Err("gone"))).await.unwrap();
            let job = jobs.get(JobName::News).await.unwrap().unwrap();
            assert_eq!((job.outcome, job.failing_since), (JobOutcome::Failed, Some(Millis(1))));
        });
    }
}
