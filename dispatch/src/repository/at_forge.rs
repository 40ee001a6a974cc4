//! A repository of a forge, read through its API.

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Commit, Entry, Listing, Repository, Unavailable};
use crate::forge::client::ForgeClient;
use crate::identifier::RepositoryName;

/// Files that are asked for at the same time.
const AT_ONCE: usize = 4;

/// One repository of a forge.
#[derive(Debug)]
pub struct AtForge<'a> {
    /// Whom to ask.
    pub client: &'a ForgeClient,
    /// Which repository.
    pub name: &'a RepositoryName,
}

#[async_trait]
impl Repository for AtForge<'_> {
    async fn commit(&self, revision: &str) -> Result<Option<Commit>, Unavailable> {
        Ok(self.client.commit(self.name, revision).await?)
    }

    async fn listing(&self, commit: &str) -> Result<Option<Listing>, Unavailable> {
        // Forges answer the question for a listing of what they do not have with an error of their own.
        match self.client.commit(self.name, commit).await? {
            Some(commit) => Ok(Some(self.client.listing(self.name, &commit.id).await?)),
            None => Ok(None),
        }
    }

    async fn contents(&self, commit: &str, files: &[(&str, &Entry)]) -> Result<Vec<Vec<u8>>, Unavailable> {
        let reads: Vec<_> = files.iter().map(|(path, _)| self.client.file(self.name, commit, path)).collect();
        Ok(stream::iter(reads).buffered(AT_ONCE).try_collect().await?)
    }
}
