//! Money under another name: amounts stay, so that the books balance, and nothing tells whose they were.
//!
//! A user's wallet stands under the user's own id, so it and its ledger move to another one; of what a course has paid
//! for, the entries stay where they are.

use mentora_core::documents::Wallet;
use mentora_core::documents::collections::{LEDGER, WALLETS};
use mentora_core::ids::UserId;
use mentora_firestore::{
    Client, CollectionPath, Document, DocumentPath, FieldPath, Fields, Transport, Value, Write,
};

use super::erasure::{Counts, ERASED_AT_ONCE, drain};
use super::{Holding, MY_CHARGES, MY_LEDGER};
use crate::repositories::{RepositoryError, document};

/// Fields of an entry that name somebody, or something that was his.
const NAMING: [&str; 3] = ["createdBy", "idempotencyKey", "scope"];
/// Of what an entry was for, what is gone.
const GONE: [&str; 2] = ["conversationId", "turnId"];

/// Renames all that is left of a person's money; `alias` is the keyed pseudonym of a text.
pub(super) async fn pseudonymise<T: Transport>(
    documents: &Client<T>,
    user: &UserId,
    alias: &impl Fn(&str) -> String,
    counts: &mut Counts,
) -> Result<(), RepositoryError> {
    let place = wallet_path(user.as_str())?;
    let wallet = documents.get(&place).await?;
    // With the time it was made: whoever comes back and is erased again leaves another wallet.
    let made_at = wallet.as_ref().map_or(0, |wallet| wallet.create_time.micros());
    let target = alias(&format!("wallet\n{user}\n{made_at}"));
    let moved = |entry: &Document| {
        let to = wallet_path(&target)?.collection(LEDGER)?.doc(entry.id())?;
        let fields = renamed(entry.fields.clone(), user, alias);
        Ok(vec![Write::set(to, fields), Write::delete(entry.path.clone())])
    };
    drain(documents, &Holding::new(MY_LEDGER, user.as_str()), ERASED_AT_ONCE, moved, counts).await?;
    if let Some(wallet) = wallet {
        move_wallet(documents, wallet, &target).await?;
        counts.add(WALLETS, 1);
    }
    let signed_over = |entry: &Document| {
        let fields = renamed(entry.fields.clone(), user, alias);
        let fields: Fields = fields.into_iter().filter(|(name, _)| NAMING.contains(&name.as_str())).collect();
        let mask: Vec<_> = fields.keys().map(|name| FieldPath::new([name])).collect();
        Ok(vec![Write::update(entry.path.clone(), fields).masked(mask)])
    };
    let charges = Holding::new(MY_CHARGES, user.as_str());
    drain(documents, &charges, ERASED_AT_ONCE, signed_over, counts).await
}

fn wallet_path(id: &str) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(WALLETS)?.doc(id)?)
}

/// The wallet goes last: by it the others find where they belong when this is done again.
async fn move_wallet<T: Transport>(
    documents: &Client<T>,
    wallet: Document,
    target: &str,
) -> Result<(), RepositoryError> {
    let version = document::Stored::<Wallet>::of(&wallet).ok().map(|stored| stored.version);
    let mut fields = wallet.fields;
    fields.insert("ownerId".into(), Value::String(target.to_owned()));
    let writes = [
        Write::set(wallet_path(target)?, fields),
        // A charge in the same moment must not be lost.
        document::guarded(Write::delete(wallet.path), version),
    ];
    documents.commit(&writes).await?;
    Ok(())
}

fn renamed(mut fields: Fields, user: &UserId, alias: &impl Fn(&str) -> String) -> Fields {
    let name = |value: &mut Value| {
        if let Value::String(text) = value {
            *text = alias(text);
        }
    };
    if let Some(creator) = fields.get_mut("createdBy")
        && *creator == Value::String(user.to_string())
    {
        name(creator);
    }
    // It may be made of the conversation, or be a client's own words.
    fields.get_mut("idempotencyKey").into_iter().for_each(name);
    if let Some(Value::Map(scope)) = fields.get_mut("scope") {
        scope.iter_mut().filter(|(field, _)| GONE.contains(&field.as_str())).for_each(|(_, id)| name(id));
    }
    fields
}
