//! Puts together the files that publish a new handbook on a host.
//!
//! Input: the host that the user chose, if any. Output: paths and texts. Never reads or writes a
//! file.

use crate::cli::Destination;

/// The commit of Rolebook that a new project installs, so that it keeps working as it does today.
const PIN: &str = include_str!("pin.txt");
/// The workflow that checks and builds proposals on GitHub.
const CHECKS: &str = include_str!("handbook.yml");
/// The job that publishes the site, with gaps for what differs between hosts.
const DEPLOY: &str = include_str!("deploy.yml");

/// How a host is set up.
struct Setup {
    /// The section of the README that says how the site goes live.
    readme: &'static str,
    /// The value of `[publish] host`, or `None` for a host without rules of its own.
    host: Option<(&'static str, &'static str)>,
    /// The permissions and steps of the job that publishes the site, if GitHub does that.
    deploy: Option<&'static str>,
    /// Whether proposals are checked on GitHub.
    checks: bool,
    /// The other files.
    files: &'static [(&'static str, &'static str)],
}

const NETLIFY: (&str, &str) = ("netlify.toml", include_str!("netlify.toml"));
const GITLAB: (&str, &str) = (".gitlab-ci.yml", include_str!("gitlab-ci.yml"));

fn setup(host: Option<Destination>) -> Setup {
    let of_netlify =
        Some(("netlify", "netlify.toml publishes the site; the build writes redirects and headers for it."));
    let setup = Setup { readme: "", host: None, deploy: None, checks: true, files: &[] };
    match host {
        None => {
            Setup { readme: include_str!("publishing/any.md"), host: of_netlify, files: &[NETLIFY, GITLAB], ..setup }
        }
        Some(Destination::GithubPages) => Setup {
            readme: include_str!("publishing/github-pages.md"),
            host: Some((
                "github",
                "The workflow publishes the site with GitHub Pages, which has no rules for redirects and headers.",
            )),
            deploy: Some(include_str!("deploy-github-pages.yml")),
            ..setup
        },
        Some(Destination::Netlify) => {
            Setup { readme: include_str!("publishing/netlify.md"), host: of_netlify, files: &[NETLIFY], ..setup }
        }
        Some(Destination::Cloudflare) => Setup {
            readme: include_str!("publishing/cloudflare.md"),
            host: Some(("cloudflare", "The build writes redirects and headers for Cloudflare Pages.")),
            deploy: Some(include_str!("deploy-cloudflare.yml")),
            ..setup
        },
        Some(Destination::Gitlab) => {
            Setup { readme: include_str!("publishing/gitlab.md"), checks: false, files: &[GITLAB], ..setup }
        }
        Some(Destination::S3) => Setup {
            readme: include_str!("publishing/s3.md"),
            deploy: Some(include_str!("deploy-s3.yml")),
            files: &[("cloudfront.js", include_str!("cloudfront.js"))],
            ..setup
        },
        Some(Destination::Nginx) => Setup {
            readme: include_str!("publishing/nginx.md"),
            files: &[("nginx.conf", include_str!("nginx.conf")), ("deploy.sh", include_str!("deploy.sh"))],
            ..setup
        },
        Some(Destination::None) => Setup { readme: include_str!("publishing/none.md"), checks: false, ..setup },
    }
}

/// Returns the files of a new project that depend on the host: its README, its `handbook.toml`, and
/// what publishes the site.
pub fn files(host: Option<Destination>) -> Vec<(&'static str, String)> {
    let setup = setup(host);
    let publish = setup.host.map(|(name, why)| format!("# {why}\n[publish]\nhost = \"{name}\"\n")).unwrap_or_default();
    let toml = include_str!("handbook.toml").replace("{publish}", &publish);
    let readme = include_str!("README.md").replace("{publishing}", setup.readme.trim_end());
    let mut files = vec![
        ("handbook/handbook.toml", format!("{}\n", toml.trim_end())),
        ("README.md", format!("{}\n", readme.trim_end())),
    ];
    if setup.checks {
        files.push((".github/workflows/handbook.yml", format!("{CHECKS}{}", deploy(&setup))));
    }
    files.extend(setup.files.iter().map(|(path, text)| (*path, (*text).to_owned())));
    files.into_iter().map(|(path, text)| (path, text.replace("{pin}", PIN.trim()))).collect()
}

/// Returns the job that publishes the site, or nothing.
fn deploy(setup: &Setup) -> String {
    let Some((permissions, steps)) = setup.deploy.and_then(|text| text.split_once("---\n")) else {
        return String::new();
    };
    DEPLOY.replace("{permissions}", permissions.trim_end()).replace("{steps}", steps.trim_end())
}

/// The hosts in the order in which the user is asked, each with a few words about it.
pub const ASKED: [(Destination, &str); 7] = [
    (Destination::GithubPages, "GitHub Pages, by a workflow of the repository"),
    (Destination::Netlify, "Netlify, with a preview of each proposal"),
    (Destination::Cloudflare, "Cloudflare Pages, by a workflow on GitHub"),
    (Destination::Gitlab, "GitLab Pages"),
    (Destination::S3, "Amazon S3 with CloudFront, by a workflow on GitHub"),
    (Destination::Nginx, "your own server with nginx"),
    (Destination::None, "somewhere else, or not yet"),
];

/// Returns the host that an answer names, by its number or its name. An empty answer is the last one.
pub fn chosen(answer: &str) -> Option<Destination> {
    let answer = answer.trim().to_lowercase();
    if answer.is_empty() {
        return Some(Destination::None);
    }
    if let Ok(number) = answer.parse::<usize>() {
        return ASKED.get(number.checked_sub(1)?).map(|(host, _)| *host);
    }
    <Destination as clap::ValueEnum>::from_str(&answer, true).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_number_a_name_or_nothing() {
        assert_eq!(chosen("1\n"), Some(Destination::GithubPages));
        assert_eq!(chosen(" Netlify "), Some(Destination::Netlify));
        assert_eq!(chosen("\n"), Some(Destination::None));
        assert_eq!((chosen("0"), chosen("8"), chosen("heroku")), (None, None, None));
    }

    #[test]
    fn every_host_has_its_files_without_gaps() {
        for host in ASKED.iter().map(|(host, _)| Some(*host)).chain([None]) {
            for (path, text) in files(host) {
                let gap = ["{publish", "{permissions}", "{steps}", "{pin}"].iter().find(|gap| text.contains(**gap));
                assert_eq!(gap, None, "{host:?} {path}");
                assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{host:?} {path}");
            }
        }
    }
}
