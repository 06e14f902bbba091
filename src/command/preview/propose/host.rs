//! Knows the pages on which code hosts let people ask for a branch to be merged.
//!
//! Input: the address of a remote and the name of a branch. Output: a link, or `None` for a host
//! that isn't known. Goes by the address alone and asks nobody.

use crate::text::path::encode_percent;

/// A code host's page for a new pull or merge request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The name of the host.
    pub host: &'static str,
    /// What the host calls it.
    pub what: &'static str,
    /// The URL.
    pub url: String,
}

/// Returns the page for `branch`.
pub fn page(address: &str, branch: &str) -> Option<Page> {
    let (name, path) = split(address)?;
    let branch = encode_percent(branch, b"-._~");
    let base = format!("https://{name}/{path}");
    let is = |word: &str| name.split('.').any(|label| label == word || label.starts_with(&format!("{word}-")));
    let (host, what, url) = if is("github") {
        ("GitHub", "pull request", format!("{base}/compare/{branch}?expand=1"))
    } else if is("gitlab") {
        ("GitLab", "merge request", format!("{base}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}"))
    } else if is("bitbucket") {
        ("Bitbucket", "pull request", format!("{base}/pull-requests/new?source={branch}"))
    } else if is("gitea") || is("forgejo") || is("codeberg") {
        let host = if is("gitea") { "Gitea" } else { "Forgejo" };
        (host, "pull request", format!("{base}/compare/{branch}"))
    } else {
        return None;
    };
    Some(Page { host, what, url })
}

/// Splits an address into the name of the host and the path of the repository.
fn split(address: &str) -> Option<(String, String)> {
    let (authority, path) = if let Some((protocol, rest)) = address.split_once("://") {
        let (authority, path) = rest.split_once('/')?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // The port of SSH isn't that of the pages.
        let keeps_port = protocol == "https";
        let (name, port) = authority.split_once(':').map_or((authority, None), |(name, port)| (name, Some(port)));
        let port = port.filter(|port| keeps_port && !port.is_empty()).map(|port| format!(":{port}"));
        (format!("{name}{}", port.unwrap_or_default()), path)
    } else {
        let (authority, path) = address.split_once(':')?;
        (authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_owned(), path)
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_name = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    let is_clean = authority.chars().all(is_name) && authority.contains('.') && path.contains('/');
    is_clean.then(|| (authority.to_lowercase(), encode_percent(path, b"-._~/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_own_page_for_a_new_request() {
        for (address, url) in [
            ("git@github.com:acme/book.git", "https://github.com/acme/book/compare/a-b?expand=1"),
            ("https://me:secret@github.com/acme/book", "https://github.com/acme/book/compare/a-b?expand=1"),
            (
                "ssh://git@gitlab.acme.example:2222/hr/team/book.git",
                "https://gitlab.acme.example/hr/team/book/-/merge_requests/new?merge_request%5Bsource_branch%5D=a-b",
            ),
            ("https://codeberg.org/acme/book.git", "https://codeberg.org/acme/book/compare/a-b"),
            ("https://gitea.example:3000/acme/book.git", "https://gitea.example:3000/acme/book/compare/a-b"),
            ("git@bitbucket.org:acme/book.git", "https://bitbucket.org/acme/book/pull-requests/new?source=a-b"),
        ] {
            assert_eq!(page(address, "a-b").map(|page| page.url).as_deref(), Some(url), "{address}");
        }
    }

    #[test]
    fn an_unknown_host_and_a_path_have_no_page() {
        for address in
            ["/srv/git/book.git", "https://code.example/acme/book", "https://evil/github.com/x", "git@github.com", ""]
        {
            assert_eq!(page(address, "a"), None, "{address}");
        }
    }
}
